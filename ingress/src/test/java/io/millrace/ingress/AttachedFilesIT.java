package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schemas.AttachedFile;
import io.millrace.schemas.RequestSubmitted;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachedFilesIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] BYTES = "%PDF-1.4".getBytes(UTF_8);
  private static final String CHAT =
      """
      {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": [
        {"type": "text", "text": "sum it up"}, {"type": "file", "file": {"file_id": "%s"}}]}]}""";

  @TempDir static Path directory;
  private static Installation millrace;
  private static String fileId;

  @BeforeAll
  static void start() throws Exception {
    millrace = new Installation(directory);
    var upload =
        millrace.send(
            millrace
                .call("/v1/files")
                .header("Content-Type", MultipartForm.CONTENT_TYPE)
                .POST(
                    new MultipartForm()
                        .field("purpose", "user_data")
                        .file("a.pdf", BYTES)
                        .publisher()));
    fileId = JSON.readTree(upload.body()).path("id").asText();
  }

  @AfterAll
  static void stop() {
    millrace.close();
  }

  @Test
  void shouldAttachTheFilesThatAChatNames() throws Exception {
    // Given
    // When
    var answer = post("/v1/chat/completions", CHAT.formatted(fileId));
    // Then
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    var request = requestOf(JSON.readTree(answer.body()).path("id").asText());
    assertThat(request.getFiles()).singleElement().satisfies(this::isTheFile);
    assertThat(request.getInputTokensMax())
        .isGreaterThanOrEqualTo(request.getBody().remaining() + BYTES.length);
  }

  @Test
  void shouldAttachAFileOnceThatAResponseNamesTwice() throws Exception {
    // Given
    // When
    var answer =
        post(
            "/v1/responses",
            """
            {"model": "gpt-4o-mini", "input": [{"role": "user", "content": [
              {"type": "input_file", "file_id": "%s"}, {"type": "input_image", "file_id": "%s"}]}]}"""
                .formatted(fileId, fileId));
    // Then
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    var request = requestOf(answer.headers().firstValue("x-request-id").orElseThrow());
    assertThat(request.getFiles()).singleElement().satisfies(this::isTheFile);
  }

  @Test
  void shouldRefuseAFileThatIsNotThere() throws Exception {
    // Given
    var unknown = "file-" + "0".repeat(32);
    // When
    var answer = post("/v1/chat/completions", CHAT.formatted(unknown));
    // Then
    assertThat(answer.statusCode()).isEqualTo(400);
    var error = JSON.readTree(answer.body()).path("error");
    assertThat(error.path("message").asText()).isEqualTo("No such File object: " + unknown);
    assertThat(error.path("param").asText()).isEqualTo("messages[0].content[1].file.file_id");
    assertThat(error.path("code").asText()).isEqualTo("invalid_value");
  }

  @Test
  void shouldAttachFilesToLinesOfABatchAndKeepTheOrderOfReceipts() throws Exception {
    // Given
    var lines =
        line("one", CHAT.formatted(fileId))
            + line("two", CHAT.formatted("file-x"))
            + line("three", Installation.CHAT);
    // When
    var receipts =
        millrace
            .send(millrace.call("/v1/requests:bulk").POST(BodyPublishers.ofString(lines)))
            .body()
            .lines()
            .toList();
    // Then
    assertThat(receipts).hasSize(3);
    var first = JSON.readTree(receipts.getFirst());
    assertThat(first.path("custom_id").asText()).isEqualTo("one");
    var request =
        millrace.await(
            RequestSubmitted.class, r -> r.getCustomId().filter("one"::equals).isPresent());
    assertThat(request.getFiles()).singleElement().satisfies(this::isTheFile);
    JsonNode refused = JSON.readTree(receipts.get(1)).path("error");
    assertThat(refused.path("param").asText())
        .isEqualTo("body.messages[0].content[1].file.file_id");
    assertThat(JSON.readTree(receipts.get(2)).path("custom_id").asText()).isEqualTo("three");
  }

  private void isTheFile(AttachedFile file) {
    assertThat(file.getFileId()).isEqualTo(fileId);
    assertThat(file.getFilename()).isEqualTo("a.pdf");
    assertThat(file.getBytes()).isEqualTo(BYTES.length);
    assertThat(directory.resolve("blobs").resolve(file.getBlobRef())).hasBinaryContent(BYTES);
  }

  private static String line(String customId, String body) {
    return "{\"custom_id\": \"%s\", \"method\": \"POST\", \"url\": \"/v1/chat/completions\", \"body\": %s}\n"
        .formatted(customId, body.replace("\n", " "));
  }

  private static RequestSubmitted requestOf(String id) {
    return millrace.await(RequestSubmitted.class, r -> r.getRequestId().equals(id));
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return millrace.send(
        millrace.call(path).header("Prefer", "respond-async").POST(BodyPublishers.ofString(body)));
  }
}

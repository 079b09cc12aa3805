package io.millrace.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schemas.FileDeleted;
import io.millrace.schemas.FileStored;
import io.millrace.schemas.config.FilesConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilesIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] SMALL = "{\"a\": 1}\n".getBytes(StandardCharsets.UTF_8);
  private static final int BYTES_MAX = 24 << 20;
  private static final int BATCH_BYTES_MAX = 25 << 20;

  @TempDir static Path directory;
  private static Installation millrace;

  @BeforeAll
  static void start() {
    millrace =
        new Installation(
            directory,
            config ->
                config.withFiles(new FilesConfig(BYTES_MAX, BATCH_BYTES_MAX, Duration.ofDays(30))));
  }

  @AfterAll
  static void stop() {
    millrace.close();
  }

  @Test
  void shouldStoreAFileWhoseFieldsComeBehindIt() throws Exception {
    // Given
    var form =
        new MultipartForm()
            .file("C:\\docs\\lines.jsonl", SMALL)
            .field("expires_after[anchor]", "created_at")
            .field("expires_after[seconds]", "3600")
            .field("purpose", "batch");
    // When
    var answer = upload(form);
    // Then
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var file = JSON.readTree(answer.body());
    assertThat(file.path("object").asText()).isEqualTo("file");
    assertThat(file.path("filename").asText()).isEqualTo("lines.jsonl");
    assertThat(file.path("bytes").asInt()).isEqualTo(SMALL.length);
    assertThat(file.path("purpose").asText()).isEqualTo("batch");
    assertThat(file.path("status").asText()).isEqualTo("processed");
    assertThat(file.path("expires_at").asLong() - file.path("created_at").asLong()).isEqualTo(3600);
    assertThat(file.path("id").asText()).matches("file-[0-9a-f]{32}");
    var stored =
        millrace.await(FileStored.class, f -> f.getFileId().equals(file.path("id").asText()));
    assertThat(stored.getAccount()).isEqualTo("acme");
    assertThat(get("/v1/files/" + file.path("id").asText()).body()).isEqualTo(answer.body());
  }

  @Test
  void shouldGiveTheBytesBackWhenTheFileIsLarge() throws Exception {
    // Given
    var bytes = new byte[20 << 20];
    new Random(1).nextBytes(bytes);
    var id = stored(new MultipartForm().field("purpose", "user_data").file("ä \"b.bin", bytes));
    // When
    var answer = content(id);
    // Then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-length"))
        .hasValue(Integer.toString(bytes.length));
    assertThat(answer.body()).isEqualTo(bytes);
  }

  @Test
  void shouldListInPagesAndByPurpose() throws Exception {
    // Given
    var ids = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      ids.add(
          stored(
              new MultipartForm()
                  .field("purpose", i == 2 ? "vision" : "fine-tune")
                  .file(i + ".txt", SMALL)));
    }
    // When
    var first = list("purpose=fine-tune&limit=3");
    var second = list("purpose=fine-tune&limit=3&after=" + ids.get(1));
    var oldest = list("purpose=fine-tune&order=asc&limit=2");
    // Then
    assertThat(ids(first)).containsExactly(ids.get(4), ids.get(3), ids.get(1));
    assertThat(first.path("has_more").asBoolean()).isTrue();
    assertThat(first.path("first_id").asText()).isEqualTo(ids.get(4));
    assertThat(first.path("last_id").asText()).isEqualTo(ids.get(1));
    assertThat(ids(second)).containsExactly(ids.get(0));
    assertThat(second.path("has_more").asBoolean()).isFalse();
    assertThat(ids(oldest)).containsExactly(ids.get(0), ids.get(1));
  }

  @Test
  void shouldForgetAFileAndItsBytesWhenItIsDeleted() throws Exception {
    // Given
    var id = stored(new MultipartForm().field("purpose", "evals").file("a.txt", SMALL));
    var ref = millrace.await(FileStored.class, f -> f.getFileId().equals(id)).getBlobRef();
    var blob = directory.resolve("blobs").resolve(ref);
    assertThat(blob).hasBinaryContent(SMALL);
    // When
    var answer = millrace.send(millrace.call("/v1/files/" + id).DELETE());
    // Then
    assertThat(answer.body())
        .isEqualTo("{\"id\":\"" + id + "\",\"object\":\"file\",\"deleted\":true}");
    millrace.await(FileDeleted.class, f -> f.getFileId().equals(id));
    for (var path : List.of("", "/content")) {
      var gone = get("/v1/files/" + id + path);
      assertThat(gone.statusCode()).isEqualTo(404);
      assertThat(error(gone).path("message").asText()).isEqualTo("No such File object: " + id);
      assertThat(error(gone).path("param").asText()).isEqualTo("id");
    }
    await().until(() -> Files.notExists(blob));
  }

  @Test
  void shouldHideFilesFromOtherAccounts() throws Exception {
    // Given
    var id = stored(new MultipartForm().field("purpose", "evals").file("a.txt", SMALL));
    // When
    var answer =
        millrace.send(
            millrace
                .call("/v1/files/" + id)
                .setHeader("Authorization", "Bearer " + Installation.OTHER_KEY));
    // Then
    assertThat(answer.statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          -       | a.jsonl | -          | -    | 400 | missing_required_parameter | purpose
          party   | a.jsonl | -          | -    | 400 | invalid_value | purpose
          batch   | -       | -          | -    | 400 | missing_required_parameter | file
          batch   | a.txt   | -          | -    | 400 | - | file
          evals   | a.txt   | created_at | -    | 400 | missing_required_parameter | expires_after[seconds]
          evals   | a.txt   | -          | 3600 | 400 | missing_required_parameter | expires_after[anchor]
          evals   | a.txt   | created_at | 3599 | 400 | invalid_value | expires_after[seconds]
          evals   | a.txt   | never      | 3600 | 400 | invalid_value | expires_after[anchor]
          """)
  void shouldRefuseWhatIsNotAFile(
      String purpose,
      String filename,
      String anchor,
      String seconds,
      int status,
      String code,
      String param)
      throws Exception {
    // Given
    var form = new MultipartForm();
    if (filename != null) {
      form.file(filename, SMALL);
    }
    if (purpose != null) {
      form.field("purpose", purpose);
    }
    if (anchor != null) {
      form.field("expires_after[anchor]", anchor);
    }
    if (seconds != null) {
      form.field("expires_after[seconds]", seconds);
    }
    // When
    var answer = upload(form);
    // Then
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(error(answer).path("code").asText(null)).isEqualTo(code);
    assertThat(error(answer).path("param").asText(null)).isEqualTo(param);
    assertThat(upload(new MultipartForm().field("purpose", "evals").file("a", SMALL)).statusCode())
        .isEqualTo(200);
  }

  @Test
  void shouldRefuseAFileThatIsTooLargeForItsPurpose() throws Exception {
    // Given
    var bytes = new byte[BYTES_MAX + 1];
    // When
    var asData = upload(new MultipartForm().field("purpose", "user_data").file("a", bytes));
    var asBatch = upload(new MultipartForm().field("purpose", "batch").file("a.jsonl", bytes));
    // Then
    assertThat(asData.statusCode()).isEqualTo(413);
    assertThat(error(asData).path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(asBatch.statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseEarlyWhenTheAnnouncedLengthIsTooLarge() throws Exception {
    // Given
    try (var socket = connect()) {
      // When
      socket.getOutputStream().write(head(1L << 40).getBytes(StandardCharsets.UTF_8));
      // Then
      assertThat(firstLine(socket)).contains("413");
    }
  }

  @Test
  void shouldAnswer400WhenTheFormIsBroken() throws Exception {
    // Given
    var cut =
        new MultipartForm().field("purpose", "evals").file("a.txt", new byte[100_000]).unfinished();
    // When
    var answers =
        List.of(
            millrace.send(post(MultipartForm.CONTENT_TYPE).POST(BodyPublishers.ofByteArray(cut))),
            millrace.send(post(MultipartForm.CONTENT_TYPE).POST(BodyPublishers.ofString("hello"))),
            millrace.send(post("multipart/form-data").POST(BodyPublishers.ofByteArray(cut))),
            millrace.send(post("application/json").POST(BodyPublishers.ofString("{}"))));
    // Then
    assertThat(answers).allSatisfy(a -> assertThat(a.statusCode()).as(a.body()).isEqualTo(400));
    assertThat(parts()).isEmpty();
  }

  @Test
  void shouldLeaveNothingBehindWhenTheClientGoesInTheMiddle() throws Exception {
    // Given
    var before = blobs();
    var body = new MultipartForm().file("a.bin", new byte[4 << 20]).unfinished();
    // When
    try (var socket = connect()) {
      socket.getOutputStream().write(head(20 << 20).getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().write(body);
      socket.getOutputStream().flush();
      await().until(() -> !parts().isEmpty());
    }
    // Then
    await().untilAsserted(() -> assertThat(parts()).isEmpty());
    assertThat(blobs()).isEqualTo(before);
    assertThat(get("/v1/files?limit=1").statusCode()).isEqualTo(200);
  }

  private static HttpRequest.Builder post(String contentType) {
    return millrace.call("/v1/files").header("Content-Type", contentType);
  }

  private static HttpResponse<String> upload(MultipartForm form) throws Exception {
    return millrace.send(post(MultipartForm.CONTENT_TYPE).POST(form.publisher()));
  }

  private static String stored(MultipartForm form) throws Exception {
    var answer = upload(form);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("id").asText();
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return millrace.send(millrace.call(path).GET());
  }

  private static HttpResponse<byte[]> content(String id) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
          millrace.call("/v1/files/" + id + "/content").build(), BodyHandlers.ofByteArray());
    }
  }

  private static JsonNode list(String query) throws Exception {
    return JSON.readTree(get("/v1/files?" + query).body());
  }

  private static List<String> ids(JsonNode page) {
    var ids = new ArrayList<String>();
    page.path("data").forEach(file -> ids.add(file.path("id").asText()));
    return ids;
  }

  private static JsonNode error(HttpResponse<String> answer) throws IOException {
    return JSON.readTree(answer.body()).path("error");
  }

  private static Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), millrace.service().port());
  }

  private static String head(long length) {
    return "POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        .formatted(Installation.KEY, MultipartForm.CONTENT_TYPE, length);
  }

  private static String firstLine(Socket socket) throws IOException {
    return new java.io.BufferedReader(
            new java.io.InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
        .readLine();
  }

  private static List<Path> parts() throws IOException {
    try (var files = Files.list(directory.resolve("blobs/.parts"))) {
      return files.toList();
    }
  }

  private static List<Path> blobs() throws IOException {
    try (var files = Files.walk(directory.resolve("blobs/files"))) {
      return files.sorted().toList();
    } catch (java.nio.file.NoSuchFileException e) {
      return List.of();
    }
  }
}

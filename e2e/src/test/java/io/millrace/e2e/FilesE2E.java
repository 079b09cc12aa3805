package io.millrace.e2e;

import static io.millrace.e2e.ChatInstallation.eventually;
import static io.millrace.e2e.Client.chat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.e2e.Client.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** Files and bodies too large for a record, over a restart. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class FilesE2E {

  private static final String SCRIPT =
      """
      {"models": {"echo": {"echo": true}}}""";
  private static final String BOUNDARY = "e2e-boundary";

  /** More than a record carries. */
  private static final String LARGE = "word ".repeat(130_000).strip();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Installation installation;

  private final RecordingProvider mirror;

  FilesE2E() throws IOException {
    mirror = RecordingProvider.start();
    installation = Installation.start(SCRIPT, simulator -> config(simulator, mirror.url()));
  }

  private static String config(String simulator, String mirror) {
    return """
      providers:
        - {name: sim, kind: simulator, baseUrl: "%s"}
        - {name: mirror, kind: openai, baseUrl: "%s", apiKey: none}
      routes:
        - {model: echo, targets: [{provider: sim, model: echo}]}
        - {model: mirror, targets: [{provider: mirror, model: mirror}]}
      accounts:
        - id: acme
          keys: [{name: ci, secret: "%s"}]
      """
        .formatted(simulator, mirror, Installation.KEY);
  }

  @AfterAll
  void stop() {
    http.close();
    installation.close();
    mirror.close();
  }

  @Test
  void shouldKeepFilesAndLargeAnswersOverARestart() throws Exception {
    // Given
    var bytes = new byte[3 << 20];
    new Random(3).nextBytes(bytes);
    var kept = upload("kept.bin", bytes);
    var gone = upload("gone.bin", new byte[10]);
    String path;
    try (var acme = installation.client(Installation.KEY)) {
      var waiting = acme.complete(chat("echo", LARGE));
      assertThat(content(waiting.json())).isEqualTo(LARGE);
      path = acme.submit(chat("echo", LARGE));
      acme.get(path, "Prefer", "wait=30");
      assertThat(acme.send("DELETE", "/v1/files/" + gone, "").status()).isEqualTo(200);
    }
    assertThat(blobs("bodies/acme")).hasSize(2);
    assertThat(blobs("answers/acme")).hasSize(2);
    // When
    installation.upAgain();
    // Then
    try (var acme = installation.client(Installation.KEY)) {
      var answer = acme.get(path);
      assertThat(content(answer.json().path("response").path("body"))).isEqualTo(LARGE);
      assertThat(download(kept)).isEqualTo(bytes);
      assertThat(acme.get("/v1/files/" + gone).status()).isEqualTo(404);
      var files = acme.get("/v1/files").json().path("data");
      assertThat(files.findValuesAsText("id")).contains(kept).doesNotContain(gone);
      eventually().untilAsserted(() -> assertThat(blobs("files/acme")).hasSize(files.size()));
      assertThat(content(acme.complete(chat("echo", LARGE)).json())).isEqualTo(LARGE);
    }
  }

  @Test
  void shouldGiveAFileToAProviderThatAChatNames() throws Exception {
    // Given
    var id = upload("a.txt", "hello".getBytes(UTF_8));
    var body =
        """
        {"model": "mirror", "user": "files", "messages": [{"role": "user", "content": [
          {"type": "text", "text": "sum it up"}, {"type": "file", "file": {"file_id": "%s"}}]}]}"""
            .formatted(id);
    try (var acme = installation.client(Installation.KEY)) {
      // When
      Answer answer = acme.complete(body);
      // Then
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }
    var part = mirror.bodyOf("files").at("/messages/0/content/1/file");
    assertThat(part.toString())
        .isEqualTo("{\"file_data\":\"data:text/plain;base64,aGVsbG8=\",\"filename\":\"a.txt\"}");
  }

  private List<Path> blobs(String folder) {
    try (var files = Files.list(installation.data().resolve("blobs").resolve(folder))) {
      return files.toList();
    } catch (IOException e) {
      throw new AssertionError("no folder " + folder, e);
    }
  }

  private static String content(JsonNode completion) {
    return completion.at("/choices/0/message/content").asText();
  }

  private String upload(String filename, byte[] bytes) throws Exception {
    var form = new ByteArrayOutputStream();
    form.writeBytes(
        """
        --%1$s\r
        Content-Disposition: form-data; name="purpose"\r
        \r
        user_data\r
        --%1$s\r
        Content-Disposition: form-data; name="file"; filename="%2$s"\r
        \r
        """
            .formatted(BOUNDARY, filename)
            .getBytes(UTF_8));
    form.writeBytes(bytes);
    form.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
    var answer =
        http.send(
            call("/v1/files")
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(BodyPublishers.ofByteArray(form.toByteArray()))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Client.parse(answer.body()).path("id").asText();
  }

  private byte[] download(String id) throws Exception {
    return http.send(call("/v1/files/" + id + "/content").build(), BodyHandlers.ofByteArray())
        .body();
  }

  private HttpRequest.Builder call(String path) {
    return HttpRequest.newBuilder(installation.millrace().http().resolve(path))
        .header("Authorization", "Bearer " + Installation.KEY);
  }
}

package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** One account's batches, as a client of OpenAI's calls has them. */
record Batches(Client client) {

  private static final Set<String> ENDS = Set.of("completed", "failed", "expired", "cancelled");

  /** Uploads the lines; the id of the file. */
  String upload(String lines) {
    var form =
        """
        --e2e\r
        Content-Disposition: form-data; name="purpose"\r
        \r
        batch\r
        --e2e\r
        Content-Disposition: form-data; name="file"; filename="lines.jsonl"\r
        \r
        %s\r
        --e2e--\r
        """
            .formatted(lines);
    var answer =
        client.post("/v1/files", form, "Content-Type", "multipart/form-data; boundary=e2e");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().path("id").asText();
  }

  /** Starts a batch; its id. */
  String start(String file, String window) {
    return post("/v1/batches", body(file, window)).path("id").asText();
  }

  JsonNode estimate(String file) {
    return post("/v1/batches:estimate", body(file, "1h"));
  }

  private static String body(String file, String window) {
    return """
        {"input_file_id": "%s", "endpoint": "/v1/chat/completions", "completion_window": "%s"}"""
        .formatted(file, window);
  }

  JsonNode post(String path, String body) {
    var answer = client.post(path, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  JsonNode get(String id) {
    return client.get("/v1/batches/" + id).json();
  }

  JsonNode awaitEnd(String id, Duration patience) {
    return await()
        .atMost(patience)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> get(id), batch -> ENDS.contains(batch.path("status").asText()));
  }

  /** The lines of one of its files; the file says its length. */
  List<JsonNode> lines(JsonNode batch, String which) {
    if (batch.path(which).isNull()) {
      return List.of();
    }
    var path = "/v1/files/" + batch.path(which).asText();
    var content = client.get(path + "/content").text();
    assertThat(content.getBytes(StandardCharsets.UTF_8).length)
        .isEqualTo(client.get(path).json().path("bytes").asInt());
    return content.lines().map(Client::parse).toList();
  }

  List<String> customIds(JsonNode batch) {
    return Stream.of("output_file_id", "error_file_id")
        .flatMap(which -> lines(batch, which).stream())
        .map(line -> line.path("custom_id").asText())
        .toList();
  }

  /** A line of a file. */
  static String line(String customId, String model) {
    return """
        {"custom_id":"%s","method":"POST","url":"/v1/chat/completions","body":%s}
        """
        .formatted(customId, Client.chat(model, "How much is " + customId + "?"));
  }
}

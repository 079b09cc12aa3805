package io.millrace.e2e;

import static io.millrace.e2e.ChatInstallation.eventually;
import static io.millrace.e2e.ChatInstallation.prompt;
import static io.millrace.e2e.Client.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.millrace.e2e.Client.Answer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** What a running product answers is what {@code /openapi.json} says that it answers. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(90)
class DescribedE2E {

  private static final Set<String> BATCH_ENDS =
      Set.of("completed", "failed", "expired", "cancelled");
  private static final Set<String> RESPONSE_OPEN = Set.of("queued", "in_progress");

  private final SdkInstallation installation = SdkInstallation.start();
  private final Client client = installation.client(Installation.KEY);
  private final JsonNode document = client.get("/openapi.json").json();
  private final JsonSchemaFactory factory = JsonSchemaFactory.getInstance(VersionFlag.V202012);
  private final Map<String, JsonSchema> schemas = new ConcurrentHashMap<>();

  DescribedE2E() throws IOException {}

  @AfterAll
  void stop() {
    client.close();
    installation.close();
  }

  @Test
  void shouldShowTheDescriptionToEverybody() {
    try (var nobody = installation.client("")) {
      // When
      var json = nobody.get("/openapi.json");
      var page = nobody.get("/docs");
      // Then
      assertThat(json.header("content-type")).isEqualTo("application/json");
      assertThat(json.json().path("openapi").asText()).startsWith("3.1");
      assertThat(page.header("content-type")).startsWith("text/html");
      assertThat(page.header("content-security-policy")).contains("default-src 'none'");
      assertThat(page.text()).contains("/openapi.json").doesNotContain("https://", "src=");
    }
  }

  @Test
  void shouldAnswerChatAsDescribed() {
    // Given
    var path = "/v1/chat/completions";
    var tool = Map.of("type", "function", "function", Map.of("name", "weather"));
    // When
    var whole = client.complete(chat("steady", prompt()));
    var called = client.complete(chat("handy", prompt(), Map.of("tools", List.of(tool))));
    var accepted = client.complete(chat("steady", prompt()), "Prefer", "respond-async");
    // Then
    assertDescribed("post", path, whole);
    assertDescribed("post", path, called);
    assertDescribed("post", path, accepted);
    assertStreamDescribed(path, chat("paced", prompt(), Map.of("stream", true)));
  }

  @Test
  void shouldAnswerRequestsAsDescribed() {
    // Given
    var location =
        client.submit(chat("steady", prompt()), "Millrace-Tags", "team=search,feature=rerank");
    ChatInstallation.finished(client, location);
    var failed = client.submit(chat("picky", prompt()));
    ChatInstallation.finished(client, failed);
    var waiting = client.submit(chat("steady", prompt()), "Millrace-Not-Before", "PT1H");
    // Then
    assertDescribed("get", "/v1/requests/{id}", client.get(location));
    assertDescribed("get", "/v1/requests/{id}", client.get(failed));
    assertDescribed("get", "/v1/requests/{id}", client.get(waiting));
    assertDescribed("post", "/v1/requests/{id}/cancel", client.post(waiting + "/cancel", ""));
    assertDescribed("get", "/v1/requests", client.get("/v1/requests"));
  }

  @Test
  void shouldAnswerBulkAsDescribed() {
    // Given
    var lines = line("a", chat("steady", prompt())) + "\n{bad\n";
    // When
    var receipts = client.post("/v1/requests:bulk", lines, "Millrace-Batch", "described");
    var batch = Client.parse(receipts.text().lines().findFirst().orElseThrow()).path("batch_id");
    var results =
        eventually()
            .until(
                () -> client.get("/v1/results?batch=" + batch.asText()),
                answer -> !answer.text().isEmpty());
    // Then
    assertDescribed("post", "/v1/requests:bulk", receipts);
    assertDescribed("get", "/v1/results", results);
  }

  @Test
  void shouldAnswerEmbeddingsModelsAndModerationsAsDescribed() {
    for (var form : List.of("float", "base64")) {
      var body =
          "{\"model\":\"org/embed:1\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"%s\"}"
              .formatted(form);
      assertDescribed("post", "/v1/embeddings", client.post("/v1/embeddings", body));
    }
    assertDescribed(
        "post", "/v1/moderations", client.post("/v1/moderations", "{\"input\":\"Hello.\"}"));
    assertDescribed("get", "/v1/models", client.get("/v1/models"));
    assertDescribed("get", "/v1/models/{id}", client.get("/v1/models/org%2Fembed:1"));
  }

  @Test
  void shouldAnswerFilesAndBatchesAsDescribed() {
    // Given
    var uploaded =
        upload(line("a", chat("steady", prompt())) + "\n" + line("b", chat("picky", prompt())));
    var file = uploaded.json().path("id").asText();
    var body =
        "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}"
            .formatted(file);
    // When
    var created = client.post("/v1/batches", body);
    var path = "/v1/batches/" + created.json().path("id").asText();
    var done = ended(path);
    var resumed = client.post(path + "/resume", "");
    ended("/v1/batches/" + resumed.json().path("id").asText());
    // Then
    assertDescribed("post", "/v1/files", uploaded);
    assertDescribed("get", "/v1/files/{id}", client.get("/v1/files/" + file));
    assertDescribed("post", "/v1/batches", created);
    assertDescribed("get", "/v1/batches/{id}", done);
    assertDescribed("get", "/v1/batches", client.get("/v1/batches"));
    assertDescribed("get", "/v1/files", client.get("/v1/files"));
    assertDescribed("post", "/v1/batches:estimate", client.post("/v1/batches:estimate", body));
    assertDescribed("post", "/v1/batches/{id}/resume", resumed);
    for (var output : List.of("output_file_id", "error_file_id")) {
      var id = done.json().path(output).asText();
      assertDescribed("get", "/v1/files/{id}", client.get("/v1/files/" + id));
      client
          .get("/v1/files/" + id + "/content")
          .text()
          .lines()
          .forEach(one -> assertValid("/components/schemas/ResultLine", Client.parse(one), one));
    }
    assertDescribed("delete", "/v1/files/{id}", client.send("DELETE", "/v1/files/" + file, ""));
  }

  @Test
  void shouldAnswerResponsesAsDescribed() {
    // When
    var whole = client.post("/v1/responses", response("steady", ""));
    var path = "/v1/responses/" + whole.json().path("id").asText();
    var queued = client.post("/v1/responses", response("picky", ",\"background\":true"));
    var background = "/v1/responses/" + queued.json().path("id").asText();
    var failed =
        eventually()
            .until(
                () -> client.get(background),
                answer -> !RESPONSE_OPEN.contains(answer.json().path("status").asText()));
    // Then
    assertDescribed("post", "/v1/responses", whole);
    assertDescribed("post", "/v1/responses", queued);
    assertDescribed("get", "/v1/responses/{id}", failed);
    assertDescribed("get", "/v1/responses/{id}", client.get(path));
    assertDescribed("post", "/v1/responses/{id}/cancel", client.post(background + "/cancel", ""));
    assertDescribed("get", "/v1/responses/{id}/input_items", client.get(path + "/input_items"));
    assertStreamDescribed("/v1/responses", response("paced", ",\"stream\":true"));
    assertStreamDescribed("/v1/responses", response("plain", ",\"stream\":true"));
    assertStreamDescribed("/v1/responses", response("talker", ",\"stream\":true"));
    assertDescribed("delete", "/v1/responses/{id}", client.send("DELETE", path, ""));
  }

  @Test
  void shouldAnswerMoneyAsDescribed() {
    // Given
    client.complete(chat("steady", prompt()));
    eventually().until(() -> !client.get("/v1/spend").json().path("data").isEmpty());
    // Then
    assertDescribed("get", "/v1/spend", client.get("/v1/spend"));
    try (var pauper = installation.client(SdkInstallation.PAUPER_KEY);
        var admin = installation.client(Installation.KEY + "-admin")) {
      pauper.complete(chat("steady", prompt()));
      assertDescribed("get", "/v1/budgets", pauper.get("/v1/budgets"));
      assertDescribed("get", "/admin/v1/spend", admin.get("/admin/v1/spend"));
    }
  }

  @Test
  void shouldRefuseAsDescribed() {
    try (var stranger = installation.client("no-key-of-anybody");
        var pauper = installation.client(SdkInstallation.PAUPER_KEY)) {
      for (var answer :
          List.of(
              stranger.get("/v1/models"),
              pauper.complete(chat("steady", prompt())),
              client.complete(chat("none", prompt())),
              client.complete(chat("picky", prompt())),
              client.complete(chat("broken", prompt())),
              client.complete("{"),
              client.get("/v1/nothing"),
              client.send("DELETE", "/v1/models", ""))) {
        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        assertThat(answer.header("x-request-id")).startsWith("req_");
        assertValid("/components/schemas/Error", answer.json(), answer.text());
      }
    }
  }

  // ---- helpers

  private Answer ended(String batchPath) {
    return eventually()
        .until(
            () -> client.get(batchPath),
            answer -> BATCH_ENDS.contains(answer.json().path("status").asText()));
  }

  private Answer upload(String content) {
    var form =
        "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n"
            + content
            + "\r\n--b--\r\n";
    return client.post("/v1/files", form, "Content-Type", "multipart/form-data; boundary=b");
  }

  private static String response(String model, String more) {
    return "{\"model\":\"%s\",\"input\":\"%s\"%s}".formatted(model, prompt(), more);
  }

  private static String line(String customId, String body) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}"
        .formatted(customId, body);
  }

  /** The answer fits the schema of its status and type; of NDJSON, each of its lines. */
  private void assertDescribed(String method, String path, Answer answer) {
    var about = method + " " + path + ": " + answer.text();
    assertThat(answer.status()).as(about).isLessThan(300);
    var operation = pointer("paths", path, method);
    assertThat(document.at(operation).isObject()).as(operation).isTrue();
    var described = resolved(operation + pointer("responses", "" + answer.status()));
    var type = answer.header("content-type").split(";")[0];
    var schema = described + pointer("content", type, "schema");
    assertThat(document.at(schema).isObject()).as(schema).isTrue();
    if (type.equals("application/x-ndjson")) {
      answer.text().lines().forEach(one -> assertValid(schema, Client.parse(one), one));
    } else {
      assertValid(schema, answer.json(), about);
    }
  }

  private void assertStreamDescribed(String path, String body) {
    var schema =
        pointer(
            "paths", path, "post", "responses", "200", "content", "text/event-stream", "schema");
    var events = ServerSentEvents.read(client.lines("POST", path, body).body());
    assertThat(events).isNotEmpty();
    for (var event : events) {
      if (!event.data().equals("[DONE]")) {
        assertValid(schema, Client.parse(event.data()), event.data());
      }
    }
  }

  private void assertValid(String schema, JsonNode answer, String about) {
    assertThat(schemas.computeIfAbsent(schema, this::schema).validate(answer)).as(about).isEmpty();
  }

  /** A schema of the document, with what it refers to. */
  private JsonSchema schema(String pointer) {
    var schema = (ObjectNode) document.at(pointer).deepCopy();
    schema.set("components", document.path("components"));
    return factory.getSchema(schema);
  }

  private String resolved(String pointer) {
    var reference = document.at(pointer).path("$ref").asText();
    return reference.isEmpty() ? pointer : reference.substring(1);
  }

  private static String pointer(String... names) {
    var pointer = new StringBuilder();
    for (var name : names) {
      pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
    }
    return pointer.toString();
  }
}

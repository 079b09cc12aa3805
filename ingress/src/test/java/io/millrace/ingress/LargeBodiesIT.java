package io.millrace.ingress;

import static io.millrace.ingress.Records.aReply;
import static io.millrace.ingress.Records.aResult;
import static io.millrace.ingress.Records.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.bootstrap.blobs.BlobStores;
import io.millrace.bootstrap.blobs.LargeBodies;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Verdict;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies and answers that go through the blob store look like any others. */
class LargeBodiesIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = "x".repeat(600_000);
  private static final String BODY =
      "{\"model\": \"gpt-4o-mini\", \"messages\": [{\"role\": \"user\", \"content\": \"%s\"}]}"
          .formatted(TEXT);
  private static final String ANSWER = "{\"id\":\"chatcmpl-1\",\"text\":\"" + TEXT + "\"}";

  @TempDir static Path directory;
  private static Installation millrace;
  private static BlobStore blobs;

  @BeforeAll
  static void start() {
    millrace = new Installation(directory);
    blobs = BlobStores.at("", directory);
  }

  @AfterAll
  static void stop() {
    millrace.close();
  }

  @Test
  void shouldPutALargeBodyIntoTheStoreAndShowALargeAnswerEverywhere() throws Exception {
    // Given
    var waiting = millrace.sendAsync(post("Idempotency-Key", "large"));
    var request =
        millrace.await(
            RequestSubmitted.class, r -> r.getIdempotencyKey().filter("large"::equals).isPresent());
    var id = request.getRequestId();
    assertThat(request.getBody().remaining()).isZero();
    assertThat(blobs.get(request.getBodyRef().orElseThrow(), 1 << 20))
        .isEqualTo(BODY.getBytes(UTF_8));
    var ref = stored(id);
    // When
    millrace.say(
        millrace.topics.replies(),
        "acme",
        aReply("acme", id).setBody(nothing()).setBodyRef(ref).build(),
        id);
    millrace.say(
        millrace.topics.results(),
        "acme",
        aResult("acme", id).setBody(nothing()).setBodyRef(ref).build(),
        id);
    // Then
    assertThat(waiting.get(20, SECONDS).body()).isEqualTo(ANSWER);
    await().untilAsserted(() -> assertThat(bodyOf(get("/v1/requests/" + id))).isEqualTo(ANSWER));
    assertThat(millrace.send(post("Idempotency-Key", "large")).body()).isEqualTo(ANSWER);
    var events = get("/v1/requests/" + id + "/events").body();
    assertThat(events).contains("event: request.completed").contains(TEXT);
  }

  @Test
  void shouldShowALargeAnswerAmongTheResultsOfABatch() throws Exception {
    // Given
    var id = RequestIds.fresh();
    millrace.say(
        millrace.topics.results(),
        "acme",
        aResult("acme", id)
            .setBatchId("bulk_large")
            .setBody(nothing())
            .setBodyRef(stored(id))
            .build(),
        id);
    // When
    var lines =
        await().until(() -> get("/v1/results?batch=bulk_large").body(), body -> !body.isEmpty());
    // Then
    assertThat(JSON.readTree(lines).path("response").path("body").toString()).isEqualTo(ANSWER);
  }

  @Test
  void shouldSayThatTheAnswerIsGoneWhenItsBlobIs() throws Exception {
    // Given
    var waiting = millrace.sendAsync(post("Millrace-Tags", "test=gone"));
    var id =
        millrace
            .await(RequestSubmitted.class, r -> "gone".equals(r.getTags().get("test")))
            .getRequestId();
    // When
    millrace.say(
        millrace.topics.replies(),
        "acme",
        aReply("acme", id)
            .setVerdict(Verdict.COMPLETED)
            .setBody(nothing())
            .setBodyRef(LargeBodies.ofAnswer("acme", "nowhere", 600_000))
            .build(),
        id);
    // Then
    assertThat(waiting.get(20, SECONDS).statusCode()).isEqualTo(404);
  }

  @Test
  void shouldAskToComeBackWhenTheStoreDoesNotTakeTheBody() throws Exception {
    // Given
    var folder = directory.resolve("blobs/bodies/globex");
    Files.createDirectories(folder.getParent());
    Files.createFile(folder);
    // When
    var answer =
        millrace.send(
            post("Prefer", "respond-async")
                .setHeader("Authorization", "Bearer " + Installation.OTHER_KEY));
    // Then
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
    Files.delete(folder);
    var again =
        millrace.send(
            post("Prefer", "respond-async")
                .setHeader("Authorization", "Bearer " + Installation.OTHER_KEY));
    assertThat(again.statusCode()).isEqualTo(202);
  }

  private static java.net.http.HttpRequest.Builder post(String header, String value) {
    return millrace
        .call("/v1/chat/completions")
        .header(header, value)
        .POST(BodyPublishers.ofString(BODY));
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return millrace.send(millrace.call(path).GET());
  }

  private static String bodyOf(HttpResponse<String> answer) throws IOException {
    JsonNode state = JSON.readTree(answer.body());
    return state.path("response").path("body").toString();
  }

  private static String stored(String id) throws IOException {
    var ref = LargeBodies.ofAnswer("acme", id + ".1", ANSWER.length());
    LargeBodies.put(blobs, ref, bytes(ANSWER));
    return ref;
  }

  private static ByteBuffer nothing() {
    return ByteBuffer.allocate(0);
  }
}

package io.millrace.ingress;

import static io.millrace.ingress.Records.aChange;
import static io.millrace.ingress.Records.aDelta;
import static io.millrace.ingress.Records.aReply;
import static io.millrace.ingress.Records.aResult;
import static io.millrace.ingress.Records.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.StreamDelta;
import io.millrace.schemas.Verdict;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls through a real server and a real broker; the test plays dispatcher and worker. */
class IngressServiceIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String STREAMED =
      Installation.CHAT.replace("{\"model\"", "{\"stream\": true, \"model\"");

  private static final List<String> DROPPED = List.of("seed", "logit_bias");

  @TempDir static Path directory;
  private static Installation millrace;

  @BeforeAll
  static void start() {
    millrace = new Installation(directory);
  }

  @AfterAll
  static void stop() {
    millrace.close();
  }

  @Test
  void shouldAcceptAndShowWhatCameOfItWhenTheClientDoesNotWait() throws Exception {
    // Given
    var accepted = millrace.send(millrace.chat().header("Prefer", "respond-async"));
    var id = idOf(accepted);
    var atOnce = millrace.send(millrace.call("/v1/requests/" + id));
    var polled = millrace.sendAsync(poll(id));
    // When
    finish(id);
    // Then
    assertThat(accepted.statusCode()).isEqualTo(202);
    assertThat(accepted.headers().firstValue("location")).contains("/v1/requests/" + id);
    assertThat(accepted.headers().firstValue("preference-applied")).contains("respond-async");
    assertThat(accepted.headers().firstValue("x-request-id")).contains(id);
    var request = requestOf(id);
    assertThat(request.getLane()).isEqualTo(Lane.STANDARD);
    assertThat(UTF_8.decode(request.getBody()).toString()).isEqualTo(Installation.CHAT);
    assertThat(json(atOnce).path("status").asText()).isEqualTo("queued");
    var ended = json(polled.get(20, SECONDS));
    assertThat(ended.path("status").asText()).isEqualTo("completed");
    assertThat(ended.path("response").path("body").path("id").asText()).isEqualTo("chatcmpl-1");
    await().untilAsserted(() -> assertThat(status(id)).isEqualTo("completed"));
    assertThat(millrace.send(millrace.call("/v1/requests?status=completed")).body()).contains(id);
  }

  @Test
  void shouldAnswerWithTheProvidersBodyWhenTheClientWaits() throws Exception {
    // Given
    var answer = millrace.sendAsync(millrace.chat().header("Millrace-Tags", "test=waits"));
    var request = taggedWith("waits");
    var id = request.getRequestId();
    // When
    millrace.say(
        millrace.topics.replies(),
        "acme",
        aReply("acme", id).setVerdict(Verdict.OVERLOADED).setHttpStatus(503).build(),
        id);
    millrace.say(
        millrace.topics.replies(),
        "acme",
        aReply("acme", id).setDroppedParameters(DROPPED).build(),
        id);
    // Then
    var got = answer.get(20, SECONDS);
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.headers().firstValue("millrace-dropped-parameters"))
        .contains("seed, logit_bias");
    assertThat(got.body()).isEqualTo("{\"id\":\"chatcmpl-1\"}");
    assertThat(got.headers().firstValue("x-request-id")).contains(id);
    assertThat(request.getLane()).isEqualTo(Lane.INTERACTIVE);
  }

  @Test
  void shouldNameWhatWasDroppedWhenTheAnswerIsStreamedOrPolled() throws Exception {
    // Given
    var streamed =
        millrace.sendAsync(
            millrace
                .call("/v1/chat/completions")
                .header("Millrace-Tags", "test=drops")
                .POST(BodyPublishers.ofString(STREAMED)));
    var id = taggedWith("drops").getRequestId();
    var delta = new StreamDelta(id, "acme", 1, 1, Records.AT, bytes("{}"), DROPPED);
    // When
    millrace.say(millrace.topics.deltas(), id, delta, id);
    millrace.say(millrace.topics.replies(), "acme", aReply("acme", id).setDeltas(1).build(), id);
    millrace.say(
        millrace.topics.results(),
        "acme",
        aResult("acme", id).setDeltas(1).setDroppedParameters(DROPPED).build(),
        id);
    // Then
    assertThat(streamed.get(20, SECONDS).headers().firstValue("millrace-dropped-parameters"))
        .contains("seed, logit_bias");
    await().untilAsserted(() -> assertThat(status(id)).isEqualTo("completed"));
    var polled = millrace.send(millrace.call("/v1/requests/" + id));
    assertThat(polled.headers().firstValue("millrace-dropped-parameters"))
        .contains("seed, logit_bias");
    assertThat(json(polled).path("dropped_parameters"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(DROPPED);
  }

  @Test
  void shouldAcceptInTheEndWhenTheClientWaitsOnlyAWhile() throws Exception {
    // When
    var late = millrace.send(millrace.chat().header("Prefer", "respond-async, wait=1"));
    // Then
    assertThat(late.statusCode()).isEqualTo(202);
    assertThat(requestOf(idOf(late)).getLane()).isEqualTo(Lane.STANDARD);
  }

  @Test
  void shouldGiveTheErrorOfTheResultWhenTheRequestFails() throws Exception {
    // Given
    var answer = millrace.sendAsync(millrace.chat().header("Millrace-Tags", "test=fails"));
    var id = taggedWith("fails").getRequestId();
    var error =
        "{\"error\":{\"message\":\"m\",\"type\":\"insufficient_quota\",\"param\":null,"
            + "\"code\":\"organization_spend_limit_exceeded\"}}";
    // When
    millrace.say(
        millrace.topics.results(),
        "acme",
        aResult("acme", id)
            .setStatus(RequestStatus.FAILED)
            .setHttpStatus(429)
            .setErrorCode("organization_spend_limit_exceeded")
            .setBody(bytes(error))
            .build(),
        id);
    // Then
    var got = answer.get(20, SECONDS);
    assertThat(got.statusCode()).isEqualTo(429);
    assertThat(got.body()).isEqualTo(error);
    assertThat(got.headers().firstValue("x-should-retry")).contains("false");
  }

  @Test
  void shouldStreamTheDeltasInOrderWhenAsked() throws Exception {
    // Given
    var answer =
        millrace.sendAsync(
            millrace
                .call("/v1/chat/completions")
                .header("Millrace-Tags", "test=streams")
                .POST(BodyPublishers.ofString(STREAMED)));
    var id = taggedWith("streams").getRequestId();
    // When
    sayDeltas(id, 1, 2);
    millrace.say(millrace.topics.replies(), "acme", aReply("acme", id).setDeltas(3).build(), id);
    sayDeltas(id, 3, 3);
    // Then
    var got = answer.get(20, SECONDS);
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.headers().firstValue("content-type"))
        .contains("text/event-stream; charset=utf-8");
    assertThat(got.body())
        .isEqualTo(
            """
            data: {"delta":"1.1"}

            data: {"delta":"1.2"}

            data: {"delta":"1.3"}

            data: [DONE]

            """);
  }

  @Test
  void shouldTellTheEventsFromTheBeginningAndFromTheLastSeen() throws Exception {
    // Given
    var id =
        idOf(
            millrace.send(
                millrace
                    .call("/v1/chat/completions")
                    .header("Prefer", "respond-async")
                    .POST(BodyPublishers.ofString(STREAMED))));
    sayDeltas(id, 1, 2);
    var live = millrace.sendForLines(millrace.call("/v1/requests/" + id + "/events"));
    var first = new ArrayList<String>();
    var lines = live.body().iterator();
    while (!first.contains("id: 1-2")) {
      first.add(lines.next());
    }
    // When
    sayDeltas(id, 3, 3);
    millrace.say(millrace.topics.results(), "acme", aResult("acme", id).setDeltas(3).build(), id);
    lines.forEachRemaining(first::add);
    await().untilAsserted(() -> assertThat(status(id)).isEqualTo("completed"));
    var resumed =
        millrace.sendForLines(
            millrace.call("/v1/requests/" + id + "/events").header("Last-Event-ID", "1-2"));
    // Then
    assertThat(ids(first.stream())).containsExactly("0-0", "1-1", "1-2", "1-3", "2-0");
    assertThat(first).contains("event: request.queued", "event: request.completed");
    assertThat(ids(resumed.body())).containsExactly("1-3", "2-0");
  }

  @Test
  void shouldGiveTheSameStreamAgainWhenTheKeyIsTheSame() throws Exception {
    // Given
    var call =
        millrace
            .call("/v1/chat/completions")
            .header("Idempotency-Key", "stream-1")
            .POST(BodyPublishers.ofString(STREAMED));
    var first = millrace.sendAsync(call);
    var id =
        millrace
            .await(
                RequestSubmitted.class,
                r -> r.getIdempotencyKey().filter("stream-1"::equals).isPresent())
            .getRequestId();
    sayDeltas(id, 1, 3);
    millrace.say(millrace.topics.results(), "acme", aResult("acme", id).setDeltas(3).build(), id);
    // When
    var again = millrace.send(call);
    // Then
    assertThat(first.get(20, SECONDS).body()).contains("1.3", "[DONE]");
    assertThat(again.body()).isEqualTo(first.get().body());
  }

  @Test
  void shouldBeTheSameRequestWhenTheIdempotencyKeyIsRepeated() throws Exception {
    // Given
    var call = millrace.chat().header("Idempotency-Key", "key-1").header("Prefer", "respond-async");
    var id = idOf(millrace.send(call));
    finish(id);
    await().untilAsserted(() -> assertThat(status(id)).isEqualTo("completed"));
    // When
    var again = millrace.send(call);
    var waiting = millrace.send(millrace.chat().header("Idempotency-Key", "key-1"));
    var other =
        millrace.send(
            millrace
                .call("/v1/chat/completions")
                .header("Idempotency-Key", "key-1")
                .POST(BodyPublishers.ofString(Installation.CHAT.replace("hello", "bye"))));
    // Then
    assertThat(json(again).path("id").asText()).isEqualTo(id);
    assertThat(json(again).path("status").asText()).isEqualTo("completed");
    assertThat(waiting.statusCode()).isEqualTo(200);
    assertThat(waiting.body()).isEqualTo("{\"id\":\"chatcmpl-1\"}");
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(errorOf(other).path("code").asText()).isEqualTo("idempotency_key_reused");
    assertThat(other.headers().firstValue("x-should-retry")).contains("false");
  }

  @Test
  void shouldOrderTheEndWhenCancelledAndWhenTheClientLeaves() throws Exception {
    // Given
    var id = idOf(millrace.send(millrace.chat().header("Prefer", "respond-async")));
    var left = millrace.sendAsync(millrace.chat().header("Millrace-Tags", "test=leaves"));
    var leftId = taggedWith("leaves").getRequestId();
    // When
    var cancel =
        millrace.sendAsync(
            millrace.call("/v1/requests/" + id + "/cancel").POST(BodyPublishers.noBody()));
    left.cancel(true);
    // Then
    var order = millrace.await(CancelRequest.class, c -> c.getRequestId().equals(id));
    assertThat(order.getReason()).isEqualTo("client");
    millrace.say(
        millrace.topics.results(),
        "acme",
        aResult("acme", id).setStatus(RequestStatus.CANCELLED).setHttpStatus(499).build(),
        id);
    assertThat(json(cancel.get(20, SECONDS)).path("status").asText()).isEqualTo("cancelled");
    var disconnect = millrace.await(CancelRequest.class, c -> c.getRequestId().equals(leftId));
    assertThat(disconnect.getReason()).isEqualTo("disconnect");
  }

  @Test
  void shouldShowProgressWhenTheDispatcherSaysSo() throws Exception {
    // Given
    var id = idOf(millrace.send(millrace.chat().header("Prefer", "respond-async")));
    // When
    millrace.say(millrace.topics.results(), "acme", aChange("acme", id).build(), id);
    // Then
    await().untilAsserted(() -> assertThat(status(id)).isEqualTo("in_progress"));
  }

  @Test
  void shouldTakeABatchLineByLineAndGiveTheResultsAsTheyFinish() throws Exception {
    // Given
    var lines = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      lines.append(
          "{\"custom_id\":\"c%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}\n"
              .formatted(i, Installation.CHAT.replace('\n', ' ')));
    }
    lines.append("not json\n\n{\"custom_id\":\"x\",\"url\":\"/v1/nothing\",\"body\":{}}");
    var call =
        millrace
            .call("/v1/requests:bulk")
            .header("Millrace-Batch", "night")
            .POST(BodyPublishers.ofString(lines.toString()));
    // When
    var receipts = receipts(millrace.send(call));
    var again = receipts(millrace.send(call));
    var batchId = receipts.getFirst().path("batch_id").asText();
    var waiting =
        millrace.sendAsync(
            millrace.call("/v1/results?limit=1&batch=" + batchId).header("Prefer", "wait=20"));
    var second = receipts.get(1).path("id").asText();
    finishLine(second, batchId, "c1");
    var firstResult = JSON.readTree(waiting.get(20, SECONDS).body());
    finishLine(receipts.get(0).path("id").asText(), batchId, "c0");
    var rest =
        millrace.send(
            millrace
                .call("/v1/results?batch=" + batchId + "&after=" + firstResult.path("cursor"))
                .header("Prefer", "wait=20"));
    // Then
    assertThat(receipts).hasSize(302);
    assertThat(again).isEqualTo(receipts);
    assertThat(receipts.get(299).path("custom_id").asText()).isEqualTo("c299");
    assertThat(receipts.get(299).path("status").asText()).isEqualTo("queued");
    assertThat(receipts.get(300).path("line").asInt()).isEqualTo(301);
    assertThat(receipts.get(301).path("error").path("param").asText()).isEqualTo("url");
    assertThat(firstResult.path("custom_id").asText()).isEqualTo("c1");
    assertThat(firstResult.path("response").path("request_id").asText()).isEqualTo(second);
    assertThat(JSON.readTree(rest.body()).path("custom_id").asText()).isEqualTo("c0");
    assertThat(requestOf(second).getLane()).isEqualTo(Lane.BULK);
    assertThat(UTF_8.decode(requestOf(second).getBody()).toString()).isEqualTo(Installation.CHAT);
  }

  @Test
  void shouldListNewestFirstAndGoOnAfterAPage() throws Exception {
    // Given
    var ids = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      var call = millrace.chat().setHeader("Authorization", "Bearer " + Installation.OTHER_KEY);
      if (i % 2 == 1) {
        call.header("Idempotency-Key", "list-" + i);
      }
      ids.addFirst(idOf(millrace.send(call.header("Prefer", "respond-async"))));
    }
    // When
    await().untilAsserted(() -> assertThat(page("limit=5")).hasSize(5));
    var first = page("limit=3");
    var second = page("limit=3&after=" + first.getLast());
    // Then
    first.addAll(second);
    assertThat(first).isEqualTo(ids);
  }

  private static List<String> page(String query) throws IOException, InterruptedException {
    var answer =
        millrace.send(
            millrace
                .call("/v1/requests?" + query)
                .setHeader("Authorization", "Bearer " + Installation.OTHER_KEY));
    var ids = new ArrayList<String>();
    json(answer).path("data").forEach(request -> ids.add(request.path("id").asText()));
    return ids;
  }

  @Test
  void shouldHideTheRequestWhenAnotherAccountAsks() throws Exception {
    // Given
    var id = idOf(millrace.send(millrace.chat().header("Prefer", "respond-async")));
    // When
    var other =
        millrace.send(
            millrace
                .call("/v1/requests/" + id)
                .setHeader("Authorization", "Bearer " + Installation.OTHER_KEY));
    // Then
    assertThat(other.statusCode()).isEqualTo(404);
  }

  private static void finish(String id) {
    millrace.say(millrace.topics.results(), "acme", aResult("acme", id).build(), id);
  }

  private static void finishLine(String id, String batchId, String customId) {
    millrace.say(
        millrace.topics.results(),
        "acme",
        aResult("acme", id).setBatchId(batchId).setCustomId(customId).build(),
        id);
  }

  private static void sayDeltas(String id, int from, int to) {
    for (int sequence = from; sequence <= to; sequence++) {
      millrace.say(millrace.topics.deltas(), id, aDelta("acme", id, 1, sequence), id);
    }
  }

  private static HttpRequest.Builder poll(String id) {
    return millrace.call("/v1/requests/" + id).header("Prefer", "wait=20");
  }

  private static RequestSubmitted requestOf(String id) {
    return millrace.await(RequestSubmitted.class, r -> r.getRequestId().equals(id));
  }

  private static RequestSubmitted taggedWith(String test) {
    return millrace.await(
        RequestSubmitted.class, r -> test.equals(r.getTags().getOrDefault("test", "")));
  }

  private static String status(String id) throws IOException, InterruptedException {
    return json(millrace.send(millrace.call("/v1/requests/" + id))).path("status").asText();
  }

  private static String idOf(HttpResponse<String> accepted) throws IOException {
    return json(accepted).path("id").asText();
  }

  private static JsonNode errorOf(HttpResponse<String> answer) throws IOException {
    return json(answer).path("error");
  }

  private static List<JsonNode> receipts(HttpResponse<String> answer) throws IOException {
    var receipts = new ArrayList<JsonNode>();
    for (var line : answer.body().lines().toList()) {
      receipts.add(JSON.readTree(line));
    }
    return receipts;
  }

  private static List<String> ids(Stream<String> lines) {
    return lines.filter(line -> line.startsWith("id: ")).map(line -> line.substring(4)).toList();
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    return JSON.readTree(answer.body());
  }
}

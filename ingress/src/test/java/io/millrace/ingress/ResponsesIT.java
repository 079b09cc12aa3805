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
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestDeleted;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.StreamDelta;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Responses through a real server and a real broker; the test plays dispatcher and worker. */
class ResponsesIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> PIECES =
      List.of(
          "{\"type\":\"response.output_item.added\",\"output_index\":0,\"item\":{\"id\":\"msg_1\","
              + "\"type\":\"message\",\"status\":\"in_progress\",\"role\":\"assistant\","
              + "\"content\":[]}}",
          "{\"type\":\"response.content_part.added\",\"item_id\":\"msg_1\",\"output_index\":0,"
              + "\"content_index\":0,\"part\":{\"type\":\"output_text\",\"text\":\"\"}}",
          "{\"type\":\"response.output_text.delta\",\"item_id\":\"msg_1\",\"output_index\":0,"
              + "\"content_index\":0,\"delta\":\"Hel\",\"logprobs\":[]}",
          "{\"type\":\"response.output_text.delta\",\"item_id\":\"msg_1\",\"output_index\":0,"
              + "\"content_index\":0,\"delta\":\"lo\",\"logprobs\":[]}");

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
  void shouldAnswerAndKeepTheResponseWhenTheClientWaits() throws Exception {
    // Given
    var waiting = millrace.sendAsync(create("waits", ""));
    var id = requestOf("waits").getRequestId();
    // When
    var body = answerOf(id, "Hello");
    millrace.say(
        millrace.topics.replies(), "acme", aReply("acme", id).setBody(bytes(body)).build(), id);
    var answer = waiting.get(20, SECONDS);
    millrace.say(millrace.topics.results(), "acme", resultOf(id, "Hello").build(), id);
    var got = millrace.send(millrace.call("/v1/responses/" + responseId(id)));
    // Then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(body);
    assertThat(got.body()).isEqualTo(body);
    assertThat(got.headers().firstValue("x-request-id")).contains(id);
    assertThat(requestOf("waits").getKeepsBody()).isTrue();
    assertThat(requestOf("waits").getLane()).isEqualTo(Lane.INTERACTIVE);
  }

  @Test
  void shouldStreamNumberedEventsAndNothingElse() throws Exception {
    // Given
    var streaming = millrace.sendAsync(create("streams", ",\"stream\":true"));
    var id = requestOf("streams").getRequestId();
    // When
    sayPieces(id, 0, 4);
    millrace.say(
        millrace.topics.replies(),
        "acme",
        aReply("acme", id).setDeltas(4).setBody(bytes(answerOf(id, "Hello"))).build(),
        id);
    var answer = streaming.get(20, SECONDS);
    // Then
    assertThat(answer.headers().firstValue("content-type"))
        .contains("text/event-stream; charset=utf-8");
    assertThat(types(answer.body().lines()))
        .containsExactly(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.completed");
    var events = events(answer.body().lines());
    assertThat(numbers(events)).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(events.getFirst().path("response").path("status").asText()).isEqualTo("in_progress");
    assertThat(events.getLast().path("response")).isEqualTo(JSON.readTree(answerOf(id, "Hello")));
    assertThat(events.getFirst().path("response").path("id").asText()).isEqualTo(responseId(id));
    assertThat(answer.body()).doesNotContain("[DONE]");
  }

  @Test
  void shouldEndTheStreamWithAFailureWhenItHasBegun() throws Exception {
    // Given
    var streaming = millrace.sendForLinesAsync(create("breaks", ",\"stream\":true"));
    var id = requestOf("breaks").getRequestId();
    sayPieces(id, 0, 2);
    var rest = streaming.get(20, SECONDS).body().iterator();
    var seen = new ArrayList<String>();
    while (numbers(events(seen.stream())).size() < 4) {
      seen.add(rest.next());
    }
    // When
    millrace.say(millrace.topics.results(), "acme", failureOf(id).build(), id);
    rest.forEachRemaining(seen::add);
    var events = events(seen.stream());
    // Then
    assertThat(numbers(events)).containsExactly(0, 1, 2, 3, 4);
    var end = events.getLast();
    assertThat(end.path("type").asText()).isEqualTo("response.failed");
    assertThat(end.path("response").path("status").asText()).isEqualTo("failed");
    assertThat(end.path("response").path("error").path("code").asText()).isEqualTo("server_error");
    assertThat(end.path("response").path("error").path("message").asText()).isEqualTo("it broke");
  }

  @Test
  void shouldAnswerWithTheErrorWhenTheForegroundFailsAndShowItAsFailedLater() throws Exception {
    // Given
    var waiting = millrace.sendAsync(create("fails", ",\"stream\":true"));
    var id = requestOf("fails").getRequestId();
    // When
    millrace.say(millrace.topics.results(), "acme", failureOf(id).build(), id);
    var answer = waiting.get(20, SECONDS);
    var got = json(millrace.send(millrace.call("/v1/responses/" + responseId(id))));
    // Then
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(json(answer).path("error").path("message").asText()).isEqualTo("it broke");
    assertThat(got.path("status").asText()).isEqualTo("failed");
    assertThat(got.path("error").path("code").asText()).isEqualTo("server_error");
  }

  @Test
  void shouldAnswerAtOnceAndBePolledWhenInTheBackground() throws Exception {
    // When
    var created =
        json(
            millrace.send(create("background", ",\"background\":true,\"metadata\":{\"a\":\"b\"}")));
    // Then
    var id = requestOf("background").getRequestId();
    assertThat(created.path("id").asText()).isEqualTo(responseId(id));
    assertThat(created.path("status").asText()).isEqualTo("queued");
    assertThat(created.path("usage").isNull()).isTrue();
    assertThat(created.path("metadata").path("a").asText()).isEqualTo("b");
    assertThat(requestOf("background").getLane()).isEqualTo(Lane.STANDARD);
    var path = "/v1/responses/" + responseId(id);
    assertThat(json(millrace.send(millrace.call(path))).path("status").asText())
        .isEqualTo("queued");
    var polled = millrace.sendAsync(millrace.call(path).header("Prefer", "wait=20"));
    millrace.say(millrace.topics.results(), "acme", resultOf(id, "Hello").build(), id);
    assertThat(polled.get(20, SECONDS).body()).isEqualTo(answerOf(id, "Hello"));
  }

  @Test
  void shouldResumeAnywhereAlsoAfterARestart() throws Exception {
    // Given
    var live = millrace.sendForLines(create("resumes", ",\"background\":true,\"stream\":true"));
    var id = requestOf("resumes").getRequestId();
    var path = "/v1/responses/" + responseId(id) + "?stream=true";
    sayPieces(id, 0, 2);
    var lines = live.body().iterator();
    var seen = new ArrayList<String>();
    while (numbers(events(seen.stream())).size() < 4) {
      seen.add(lines.next());
    }
    // When
    var whileItRuns = millrace.sendForLines(millrace.call(path + "&starting_after=1"));
    sayPieces(id, 2, 4);
    millrace.say(millrace.topics.results(), "acme", resultOf(id, "Hello").setDeltas(4).build(), id);
    lines.forEachRemaining(seen::add);
    var resumed = whileItRuns.body().toList();
    millrace.restart();
    var whole = millrace.send(millrace.call(path)).body().lines().toList();
    var rest = millrace.send(millrace.call(path + "&starting_after=3")).body().lines().toList();
    var nothing = millrace.send(millrace.call(path + "&starting_after=6")).body();
    // Then
    assertThat(whole).isEqualTo(seen);
    assertThat(numbers(events(seen.stream()))).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(numbers(events(resumed.stream()))).containsExactly(2, 3, 4, 5, 6);
    assertThat(events(rest.stream())).isEqualTo(events(whole.stream()).subList(4, 7));
    assertThat(nothing).isEmpty();
    assertThat(events(whole.stream()).getFirst().path("response").path("status").asText())
        .isEqualTo("queued");
  }

  @Test
  void shouldGoOnFromThePreviousResponse() throws Exception {
    // Given
    var first = millrace.sendAsync(create("chain1", ""));
    var firstId = requestOf("chain1").getRequestId();
    millrace.say(millrace.topics.results(), "acme", resultOf(firstId, "one").build(), firstId);
    first.get(20, SECONDS);
    var previous = ",\"previous_response_id\":\"%s\"";
    var second = millrace.sendAsync(create("chain2", previous.formatted(responseId(firstId))));
    var secondId = requestOf("chain2").getRequestId();
    millrace.say(millrace.topics.results(), "acme", resultOf(secondId, "two").build(), secondId);
    second.get(20, SECONDS);
    // When
    var third =
        millrace.sendAsync(
            create("chain3", previous.formatted(responseId(secondId)) + ",\"stream\":true"));
    // Then
    var body = JSON.readTree(UTF_8.decode(requestOf("chain3").getBody()).toString());
    assertThat(body.path("input"))
        .extracting(item -> item.path("role").asText())
        .containsExactly("user", "assistant", "user", "assistant", "user");
    assertThat(body.path("input").get(3).path("content").get(0).path("text").asText())
        .isEqualTo("two");
    assertThat(body.path("previous_response_id").asText()).isEqualTo(responseId(secondId));
    var thirdId = requestOf("chain3").getRequestId();
    millrace.say(millrace.topics.results(), "acme", resultOf(thirdId, "three").build(), thirdId);
    assertThat(types(third.get(20, SECONDS).body().lines())).contains("response.completed");
    var items =
        json(
            millrace.send(
                millrace.call("/v1/responses/" + responseId(thirdId) + "/input_items?limit=3")));
    assertThat(items.path("data")).hasSize(3);
    assertThat(items.path("has_more").asBoolean()).isTrue();
    assertThat(items.path("data").get(0).path("id").asText()).startsWith("msg_");
    assertThat(items.path("data").get(0).path("content").get(0).path("type").asText())
        .isEqualTo("input_text");
    var more =
        json(
            millrace.send(
                millrace.call(
                    "/v1/responses/"
                        + responseId(thirdId)
                        + "/input_items?after="
                        + items.path("last_id").asText())));
    assertThat(more.path("data")).hasSize(2);
    assertThat(more.path("has_more").asBoolean()).isFalse();
  }

  @Test
  void shouldCancelWhatRunsInTheBackgroundAndKeepWhatWasMade() throws Exception {
    // Given
    var live = millrace.sendAsync(create("cancels", ",\"background\":true,\"stream\":true"));
    var id = requestOf("cancels").getRequestId();
    sayPieces(id, 0, 4);
    var path = "/v1/responses/" + responseId(id);
    // When
    var cancelling =
        millrace.sendAsync(millrace.call(path + "/cancel").POST(BodyPublishers.noBody()));
    var order = millrace.await(CancelRequest.class, c -> c.getRequestId().equals(id));
    millrace.say(
        millrace.topics.results(),
        "acme",
        aResult("acme", id)
            .setStatus(RequestStatus.CANCELLED)
            .setHttpStatus(499)
            .setFinishedAt(Instant.now())
            .build(),
        id);
    var cancelled = json(cancelling.get(20, SECONDS));
    // Then
    assertThat(order.getReason()).isEqualTo("client");
    assertThat(cancelled.path("status").asText()).isEqualTo("cancelled");
    assertThat(cancelled.path("output").get(0).path("content").get(0).path("text").asText())
        .isEqualTo("Hello");
    var again = millrace.send(millrace.call(path + "/cancel").POST(BodyPublishers.noBody()));
    assertThat(json(again)).isEqualTo(cancelled);
    assertThat(numbers(events(live.get(20, SECONDS).body().lines())))
        .containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void shouldForgetWhatIsDeletedAlsoWhenTheKeyIsRepeated() throws Exception {
    // Given
    var call = create("deletes", ",\"background\":true").header("Idempotency-Key", "delete-1");
    millrace.send(call);
    var id = requestOf("deletes").getRequestId();
    millrace.say(millrace.topics.results(), "acme", resultOf(id, "Hello").build(), id);
    var path = "/v1/responses/" + responseId(id);
    await()
        .untilAsserted(
            () ->
                assertThat(json(millrace.send(millrace.call(path))).path("status").asText())
                    .isEqualTo("completed"));
    // When
    var deleted = millrace.send(millrace.call(path).DELETE());
    // Then
    assertThat(json(deleted))
        .isEqualTo(
            JSON.readTree(
                "{\"id\":\"%s\",\"object\":\"response\",\"deleted\":true}"
                    .formatted(responseId(id))));
    millrace.await(RequestDeleted.class, r -> r.getRequestId().equals(id));
    for (var gone :
        List.of(
            millrace.call(path),
            millrace.call(path).DELETE(),
            millrace.call(path + "/input_items"),
            millrace.call(path + "?stream=true"),
            call)) {
      var answer = millrace.send(gone);
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(json(answer).path("error").path("message").asText())
          .isEqualTo("Response with id '" + responseId(id) + "' not found.");
    }
    assertThat(millrace.send(millrace.call("/v1/requests/" + id)).statusCode()).isEqualTo(404);
    assertThat(millrace.send(millrace.call("/v1/requests?limit=100")).body()).doesNotContain(id);
  }

  @Test
  void shouldCancelAForegroundCallButNoBackgroundOneWhenTheClientLeaves() throws Exception {
    // Given
    var background = millrace.sendAsync(create("stays", ",\"background\":true,\"stream\":true"));
    var stays = requestOf("stays").getRequestId();
    var foreground = millrace.sendAsync(create("leaves", ",\"stream\":true"));
    var leaves = requestOf("leaves").getRequestId();
    // When
    background.cancel(true);
    foreground.cancel(true);
    // Then
    var order =
        millrace.await(
            CancelRequest.class,
            c -> c.getRequestId().equals(leaves) || c.getRequestId().equals(stays));
    assertThat(order.getRequestId()).isEqualTo(leaves);
    assertThat(order.getReason()).isEqualTo("disconnect");
    assertThat(
            json(millrace.send(millrace.call("/v1/responses/" + responseId(stays))))
                .path("status")
                .asText())
        .isEqualTo("queued");
  }

  @Test
  void shouldCancelOnLeavingUnlessTheClientAskedNotToWait() throws Exception {
    // Given
    var patient =
        millrace.sendAsync(create("patient", "").header("Prefer", "respond-async, wait=60"));
    var patientId = requestOf("patient").getRequestId();
    var waiting = millrace.sendAsync(create("waiting", ""));
    var waitingId = requestOf("waiting").getRequestId();
    // When
    patient.cancel(true);
    waiting.cancel(true);
    // Then
    var order =
        millrace.await(
            CancelRequest.class,
            c -> c.getRequestId().equals(waitingId) || c.getRequestId().equals(patientId));
    assertThat(order.getRequestId()).isEqualTo(waitingId);
  }

  @Test
  void shouldKeepASilentStreamAlive() throws Exception {
    // Given
    var silent = millrace.sendForLines(create("silent", ",\"background\":true,\"stream\":true"));
    // When
    var first = silent.body().filter(line -> line.startsWith(":")).findFirst();
    // Then
    assertThat(first).contains(": keep-alive");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/responses/resp_00000000000000000000000000000000, GET, 404",
    "/v1/responses/resp_1, GET, 404",
    "/v1/responses/resp_00000000000000000000000000000000?stream=true, GET, 404",
    "/v1/responses/resp_00000000000000000000000000000000/cancel, POST, 404",
    "/v1/responses/resp_00000000000000000000000000000000, DELETE, 404",
    "/v1/responses/resp_00000000000000000000000000000000/input_items, GET, 404",
    "/v1/responses/resp_00000000000000000000000000000000/input_items?limit=0, GET, 400",
    "/v1/responses/resp_00000000000000000000000000000000/input_items?order=up, GET, 400",
    "/v1/responses/resp_00000000000000000000000000000000?stream=true&starting_after=x, GET, 400",
    "/v1/chat/completions, GET, 404",
    "/v1/chat/completions/chatcmpl-1, GET, 404",
    "/v1/chat/completions/chatcmpl-1, POST, 404",
    "/v1/chat/completions/chatcmpl-1, DELETE, 404",
    "/v1/chat/completions/chatcmpl-1/messages, GET, 404",
  })
  void shouldRefuseInOpenAiFormWhatIsNotThere(String path, String method, int status)
      throws Exception {
    // When
    var answer = millrace.send(millrace.call(path).method(method, BodyPublishers.noBody()));
    // Then
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(json(answer).path("error").path("type").asText()).isEqualTo("invalid_request_error");
  }

  @Test
  void shouldHideWhatIsNotStoredOrAnothersOrInTheForeground() throws Exception {
    // Given
    var unstored = millrace.sendAsync(create("unstored", ",\"store\":false"));
    var unstoredId = requestOf("unstored").getRequestId();
    millrace.say(
        millrace.topics.results(), "acme", resultOf(unstoredId, "Hello").build(), unstoredId);
    unstored.get(20, SECONDS);
    var stored = millrace.sendAsync(create("stored", ",\"stream\":true"));
    var storedId = requestOf("stored").getRequestId();
    millrace.say(millrace.topics.results(), "acme", resultOf(storedId, "Hello").build(), storedId);
    stored.get(20, SECONDS);
    // When
    var hidden = millrace.send(millrace.call("/v1/responses/" + responseId(unstoredId)));
    var others =
        millrace.send(
            millrace
                .call("/v1/responses/" + responseId(storedId))
                .setHeader("Authorization", "Bearer " + Installation.OTHER_KEY));
    var replay =
        millrace.send(millrace.call("/v1/responses/" + responseId(storedId) + "?stream=true"));
    var cancel =
        millrace.send(
            millrace
                .call("/v1/responses/" + responseId(storedId) + "/cancel")
                .POST(BodyPublishers.noBody()));
    var goesOn =
        millrace.send(create("no", ",\"previous_response_id\":\"" + responseId(unstoredId) + "\""));
    // Then
    assertThat(hidden.statusCode()).isEqualTo(404);
    assertThat(others.statusCode()).isEqualTo(404);
    assertThat(replay.statusCode()).isEqualTo(404);
    assertThat(cancel.statusCode()).isEqualTo(400);
    assertThat(goesOn.statusCode()).isEqualTo(400);
    assertThat(json(goesOn).path("error").path("param").asText()).isEqualTo("previous_response_id");
  }

  private static HttpRequest.Builder create(String test, String fields) {
    return millrace
        .call("/v1/responses")
        .header("Millrace-Tags", "test=" + test)
        .POST(
            BodyPublishers.ofString(
                "{\"model\":\"gpt-4o-mini\",\"input\":\"%s\"%s}".formatted(test, fields)));
  }

  private static RequestSubmitted requestOf(String test) {
    return millrace.await(
        RequestSubmitted.class, r -> test.equals(r.getTags().getOrDefault("test", "")));
  }

  private static String responseId(String requestId) {
    return RequestIds.responseId(requestId);
  }

  private static String answerOf(String requestId, String text) {
    return "{\"id\":\"%s\",\"object\":\"response\",\"status\":\"completed\",\"output\":[{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"%s\",\"annotations\":[]}]}]}"
        .formatted(responseId(requestId), text);
  }

  private static RequestResult.Builder resultOf(String requestId, String text) {
    return aResult("acme", requestId)
        .setFinishedAt(Instant.now())
        .setBody(bytes(answerOf(requestId, text)));
  }

  private static RequestResult.Builder failureOf(String requestId) {
    return aResult("acme", requestId)
        .setStatus(RequestStatus.FAILED)
        .setHttpStatus(502)
        .setAttempt(null)
        .setErrorCode("provider_error")
        .setBody(
            bytes(
                "{\"error\":{\"message\":\"it broke\",\"type\":\"server_error\",\"param\":null,"
                    + "\"code\":\"provider_error\"}}"));
  }

  private static void sayPieces(String requestId, int from, int to) {
    for (int i = from; i < to; i++) {
      var delta =
          new StreamDelta(requestId, "acme", 1, i + 1, Records.AT, bytes(PIECES.get(i)), List.of());
      millrace.say(millrace.topics.deltas(), requestId, delta, requestId);
    }
  }

  private static List<String> types(Stream<String> lines) {
    return lines.filter(line -> line.startsWith("event: ")).map(line -> line.substring(7)).toList();
  }

  private static List<JsonNode> events(Stream<String> lines) {
    return lines
        .filter(line -> line.startsWith("data: "))
        .map(line -> line.substring(6))
        .map(ResponsesIT::tree)
        .toList();
  }

  private static List<Integer> numbers(List<JsonNode> events) {
    return IntStream.range(0, events.size())
        .mapToObj(i -> events.get(i).path("sequence_number").asInt(-1))
        .toList();
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    return JSON.readTree(answer.body());
  }
}

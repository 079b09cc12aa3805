package io.millrace.e2e;

import static io.millrace.e2e.ChatInstallation.eventually;
import static io.millrace.e2e.ChatInstallation.finished;
import static io.millrace.e2e.ChatInstallation.prompt;
import static io.millrace.e2e.Client.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import io.millrace.e2e.Client.Answer;
import io.millrace.e2e.ServerSentEvents.Event;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** Every way of asking and of being answered, on one running product. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(90)
class ChatE2E {

  private final Installation installation;
  private final Client acme;
  private final Client rival;
  private final Client pauper;

  ChatE2E() throws IOException {
    installation = ChatInstallation.start();
    acme = installation.client(Installation.KEY);
    rival = installation.client(ChatInstallation.RIVAL_KEY);
    pauper = installation.client(ChatInstallation.PAUPER_KEY);
  }

  @AfterAll
  void stop() {
    Stream.of(acme, rival, pauper).forEach(Client::close);
    installation.close();
  }

  // ---- ways of being answered

  @Test
  void shouldAnswerAsOpenAiDoesWhenTheCallWaits() {
    // When
    var answer = acme.complete(chat("steady", prompt()));
    // Then
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).startsWith("application/json");
    assertThat(answer.header("x-request-id")).startsWith("req_");
    assertThat(answer.json().path("object").asText()).isEqualTo("chat.completion");
    assertThat(content(answer.json())).isNotBlank();
    assertThat(answer.json().at("/usage/completion_tokens").asInt()).isEqualTo(12);
  }

  @Test
  void shouldStreamChunksThenUsageThenDoneWhenAsked() {
    // Given
    var body =
        chat(
            "paced",
            prompt(),
            Map.of("stream", true, "stream_options", Map.of("include_usage", true)));
    // When
    var response = acme.lines("POST", "/v1/chat/completions", body);
    var events = ServerSentEvents.read(response.body());
    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(response.headers().firstValue("x-request-id").orElse("")).startsWith("req_");
    assertThat(events.getLast().data()).isEqualTo("[DONE]");
    var chunks = chunks(events);
    assertThat(chunks)
        .extracting(chunk -> chunk.path("id").asText())
        .containsOnly(chunks.getFirst().path("id").asText());
    assertThat(chunks.getFirst().at("/choices/0/delta/role").asText()).isEqualTo("assistant");
    assertThat(text(chunks).split(" ")).hasSize(12);
    assertThat(chunks.getLast().at("/usage/completion_tokens").asInt()).isEqualTo(12);
    assertThat(chunks.subList(0, chunks.size() - 1))
        .allMatch(chunk -> chunk.has("usage") && chunk.path("usage").isNull());
  }

  @Test
  void shouldLeaveUsageOutOfTheStreamWhenNotAsked() {
    // When
    var response =
        acme.lines(
            "POST", "/v1/chat/completions", chat("steady", prompt(), Map.of("stream", true)));
    // Then
    assertThat(chunks(ServerSentEvents.read(response.body())))
        .isNotEmpty()
        .noneMatch(chunk -> chunk.has("usage"));
  }

  @Test
  void shouldAcceptAtOnceAndAnswerLaterWhenAskedToRespondAsync() {
    // When
    var accepted = acme.complete(chat("steady", prompt()), "Prefer", "respond-async");
    var request = acme.get(accepted.header("Location"), "Prefer", "wait=20").json();
    // Then
    assertThat(accepted.status()).isEqualTo(202);
    assertThat(accepted.header("Location")).startsWith("/v1/requests/req_");
    assertThat(request.path("id").asText())
        .isEqualTo(accepted.header("Location").substring("/v1/requests/".length()));
    assertThat(request.path("status").asText()).isEqualTo("completed");
    assertThat(content(Requests.body(request))).isNotBlank();
  }

  @Test
  void shouldShowAllEventsAndOnlyTheRestWhenResumed() {
    // Given
    var location = acme.submit(chat("paced", prompt(), Map.of("stream", true)));
    // When
    var events = events(location);
    var rest = events(location, "Last-Event-ID", events.get(4).id());
    // Then
    assertThat(events).extracting(Event::id).doesNotHaveDuplicates();
    assertThat(events.getFirst().id()).isEqualTo("0-0");
    assertThat(events).hasSizeGreaterThan(12);
    assertThat(rest).isEqualTo(events.subList(5, events.size()));
  }

  @Test
  void shouldDeliverASignedCallbackAgainWhenTheEndpointFailsOnce() throws IOException {
    // Given
    try (var receiver = CallbackReceiver.start(1)) {
      var location = acme.submit(chat("steady", prompt()), "Millrace-Callback", receiver.url());
      // When
      eventually().until(() -> receiver.deliveries().size() >= 2);
      // Then
      var deliveries = receiver.deliveries();
      assertThat(deliveries)
          .allSatisfy(
              delivery ->
                  assertThatCode(
                          () ->
                              new Webhook(ChatInstallation.CALLBACK_SECRET)
                                  .verify(delivery.body(), delivery.headers()))
                      .doesNotThrowAnyException());
      assertThat(deliveries)
          .extracting(delivery -> delivery.headers().get("Webhook-id"))
          .containsOnly(deliveries.getFirst().headers().get("Webhook-id"));
      assertThat(deliveries.getFirst().body())
          .contains(location.substring("/v1/requests/".length()));
    }
  }

  // ---- the same request again

  @Test
  void shouldBeTheSameRequestWhenTheIdempotencyKeyIsRepeated() {
    // Given
    var body = chat("steady", prompt());
    var first = acme.submit(body, "Idempotency-Key", "same");
    // When
    var second = acme.submit(body, "Idempotency-Key", "same");
    var waiting = acme.complete(body, "Idempotency-Key", "same");
    // Then
    assertThat(second).isEqualTo(first);
    assertThat(waiting.status()).isEqualTo(200);
    assertThat(waiting.json()).isEqualTo(Requests.body(finished(acme, first)));
  }

  @Test
  void shouldRefuseWhenTheIdempotencyKeyCarriesAnotherBody() {
    // Given
    acme.submit(chat("steady", prompt()), "Idempotency-Key", "other");
    // When
    var answer = acme.complete(chat("steady", prompt()), "Idempotency-Key", "other");
    // Then
    assertError(answer, 409, "invalid_request_error");
  }

  @Test
  void shouldTellAccountsApartWhenTheyUseTheSameIdempotencyKey() {
    // Given
    var body = chat("steady", prompt());
    // When
    var ours = acme.submit(body, "Idempotency-Key", "shared");
    var theirs = rival.submit(body, "Idempotency-Key", "shared");
    // Then
    assertThat(theirs).isNotEqualTo(ours);
  }

  // ---- lifecycle

  @Test
  void shouldNeverCallWhenCancelledWhileItWaits() {
    // Given
    var location = acme.submit(chat("slow", prompt()), "Millrace-Not-Before", inAnHour());
    assertThat(acme.get(location).json().path("status").asText()).isEqualTo("queued");
    // When
    acme.post(location + "/cancel", "");
    // Then
    var request = finished(acme, location);
    assertThat(request.path("status").asText()).isEqualTo("cancelled");
    assertThat(Requests.attempts(request)).isZero();
  }

  @Test
  void shouldAbortTheCallWhenCancelledWhileItRuns() {
    // Given
    var location = acme.submit(chat("slow", prompt()));
    eventually()
        .until(() -> acme.get(location).json().path("status").asText().equals("in_progress"));
    long disconnected = installation.simulator().stats().path("disconnected").asLong();
    // When
    acme.post(location + "/cancel", "");
    // Then
    assertThat(finished(acme, location).path("status").asText()).isEqualTo("cancelled");
    eventually()
        .until(() -> installation.simulator().stats().path("disconnected").asLong() > disconnected);
  }

  @Test
  void shouldCompleteWhenTheProviderRecovers() {
    // When
    var location = acme.submit(chat("flaky", prompt()));
    // Then
    var request = finished(acme, location);
    assertThat(request.path("status").asText()).isEqualTo("completed");
    assertThat(Requests.attempts(request)).isEqualTo(3);
  }

  @Test
  void shouldNotSpendAnAttemptWhenTheProviderIsBusy() {
    // When
    var answer = acme.complete(chat("limited", prompt()));
    // Then
    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void shouldShowTheLastFailureWhenAttemptsAreUsedUp() {
    // When
    var answer = acme.complete(chat("broken", prompt()));
    // Then
    assertThat(answer.status()).isGreaterThanOrEqualTo(500);
    assertThat(answer.error().path("message").asText()).isNotBlank();
  }

  @Test
  void shouldNotTryAgainWhenTheProviderFindsTheRequestWrong() {
    // When
    var answer = acme.complete(chat("picky", prompt()));
    // Then
    assertError(answer, 400, "invalid_request_error");
    assertThat(answer.error().path("message").asText()).contains("not like this");
  }

  @Test
  void shouldExpireWhenTheDeadlinePasses() {
    // When
    var location =
        acme.submit(
            chat("slow", prompt()), "Millrace-Not-Before", inAnHour(), "Millrace-Deadline", "PT1S");
    // Then
    assertThat(finished(acme, location).path("status").asText()).isEqualTo("expired");
  }

  // ---- many

  @Test
  void shouldGiveAReceiptPerLineWhenSomeLinesAreBad() {
    // Given
    var good = line("good", chat("steady", prompt()));
    var unknown = line("unknown", chat("no-such-model", prompt()));
    var lines =
        String.join("\n", good, "{not json", unknown, line("last", chat("steady", prompt())));
    // When
    var answer = acme.post("/v1/requests:bulk", lines, "Content-Type", "application/x-ndjson");
    var receipts = answer.text().lines().map(Client::parse).toList();
    // Then
    assertThat(answer.status()).isEqualTo(200);
    assertThat(receipts).hasSize(4);
    assertThat(receipts)
        .extracting(receipt -> receipt.path("id").asText("").startsWith("req_"))
        .containsExactly(true, false, false, true);
    assertThat(receipts.get(1).path("error").isObject()).isTrue();
    assertThat(receipts.get(2).at("/error/code").asText()).isEqualTo("model_not_found");
    var location = "/v1/requests/" + receipts.getLast().path("id").asText();
    assertThat(finished(acme, location).path("status").asText()).isEqualTo("completed");
  }

  @Test
  void shouldListWhatWasSubmitted() {
    // Given
    var location = acme.submit(chat("steady", prompt()));
    finished(acme, location);
    // When
    var list = acme.get("/v1/requests?limit=100").json();
    // Then
    assertThat(list.path("object").asText()).isEqualTo("list");
    assertThat(ids(list)).contains(location.substring("/v1/requests/".length()));
  }

  @Test
  void shouldListTheModelsOfTheRoutes() {
    // When
    var list = acme.get("/v1/models").json();
    // Then
    assertThat(ids(list)).contains("steady", "flaky");
    assertThat(acme.get("/v1/models/steady").json().path("object").asText()).isEqualTo("model");
    assertThat(acme.get("/v1/models/none").status()).isEqualTo(404);
  }

  // ---- other accounts, money

  @Test
  void shouldHideARequestWhenAnotherAccountAsks() {
    // Given
    var location = acme.submit(chat("steady", prompt()));
    finished(acme, location);
    // When
    var answers =
        List.of(
            rival.get(location),
            rival.get(location + "/events"),
            rival.post(location + "/cancel", ""));
    // Then
    assertThat(answers).extracting(Answer::status).containsOnly(404);
    assertThat(ids(rival.get("/v1/requests").json()))
        .doesNotContain(location.substring("/v1/requests/".length()));
  }

  @Test
  void shouldRefuseWhenTheHardBudgetCannotHoldIt() {
    // When
    var answer = pauper.complete(chat("steady", prompt()));
    // Then
    assertError(answer, 429, "insufficient_quota");
    assertThat(answer.error().path("code").asText()).isEqualTo("organization_spend_limit_exceeded");
    assertThat(answer.header("x-should-retry")).isEqualTo("false");
  }

  @Test
  void shouldReportWhatTheProviderCountedToTheLastDecimal() {
    // Given
    acme.complete(chat("steady", prompt()));
    rival.complete(chat("steady", prompt() + " And in Norwegian?"));
    acme.complete(chat("flaky", prompt()));
    var topics = installation.topics();
    // Then
    for (var model : List.of("steady", "flaky")) {
      eventually()
          .untilAsserted(
              () ->
                  assertThat(Spend.reported(topics, spend -> spend.getModel().equals(model)))
                      .isPositive()
                      .isEqualTo(
                          ChatInstallation.PRICE.of(
                              installation.simulator().stats().path("byModel").path(model))));
    }
  }

  // ---- bad input

  @Test
  void shouldRefuseWhenTheKeyIsWrongOrMissing() {
    try (var wrong = installation.client("no-key-of-anybody");
        var missing = installation.client("")) {
      // When
      var answer = wrong.complete(chat("steady", prompt()));
      // Then
      assertError(answer, 401, "invalid_request_error");
      assertThat(answer.error().path("code").asText()).isEqualTo("invalid_api_key");
      assertError(missing.get("/v1/models"), 401, "invalid_request_error");
    }
  }

  @Test
  void shouldRefuseWhenTheModelIsUnknown() {
    // When
    var answer = acme.complete(chat("no-such-model", prompt()));
    // Then
    assertError(answer, 404, "invalid_request_error");
    assertThat(answer.error().path("code").asText()).isEqualTo("model_not_found");
  }

  @Test
  void shouldSayWhatIsWrongWhenTheBodyIs() {
    // When
    var malformed = acme.complete("{\"model\":");
    var incomplete = acme.complete("{\"model\":\"steady\"}");
    var mistyped = acme.complete(chat("steady", prompt(), Map.of("temperature", "hot")));
    // Then
    assertError(malformed, 400, "invalid_request_error");
    assertError(incomplete, 400, "invalid_request_error");
    assertThat(incomplete.error().path("param").asText()).isEqualTo("messages");
    assertError(mistyped, 400, "invalid_request_error");
    assertThat(mistyped.error().path("param").asText()).isEqualTo("temperature");
  }

  @Test
  void shouldRefuseWhenTheBodyIsTooLarge() {
    // When
    var answer = acme.complete(chat("steady", "x".repeat(ChatInstallation.BODY_BYTES_MAX)));
    // Then
    assertError(answer, 413, "invalid_request_error");
  }

  @Test
  void shouldRefuseWhenUrlOrMethodIsUnknown() {
    assertError(acme.get("/v1/no-such-thing"), 404, "invalid_request_error");
    assertError(acme.get("/v1/embeddings"), 405, "invalid_request_error");
    assertError(
        acme.get("/v1/requests/req_00000000000000000000000000000000"),
        404,
        "invalid_request_error");
  }

  // ---- helpers

  private List<Event> events(String location, String... headers) {
    var response = acme.lines("GET", location + "/events", "", headers);
    assertThat(response.statusCode()).isEqualTo(200);
    return ServerSentEvents.read(response.body());
  }

  private static void assertError(Answer answer, int status, String type) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("x-request-id")).startsWith("req_");
    assertThat(answer.header("content-type")).startsWith("application/json");
    var error = answer.error();
    assertThat(error.propertyStream().map(Map.Entry::getKey))
        .containsExactlyInAnyOrder("message", "type", "param", "code");
    assertThat(error.path("message").asText()).isNotBlank();
    assertThat(error.path("type").asText()).isEqualTo(type);
  }

  private static String content(JsonNode completion) {
    return completion.at("/choices/0/message/content").asText();
  }

  private static List<JsonNode> chunks(List<Event> events) {
    return events.stream()
        .map(Event::data)
        .filter(data -> !data.equals("[DONE]"))
        .map(Client::parse)
        .toList();
  }

  private static String text(List<JsonNode> chunks) {
    return chunks.stream()
        .map(chunk -> chunk.at("/choices/0/delta/content").asText(""))
        .collect(Collectors.joining());
  }

  private static List<String> ids(JsonNode list) {
    return StreamSupport.stream(list.path("data").spliterator(), false)
        .map(one -> one.path("id").asText())
        .toList();
  }

  private static String line(String customId, String body) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}"
        .formatted(customId, body);
  }

  private static String inAnHour() {
    return "PT1H";
  }
}

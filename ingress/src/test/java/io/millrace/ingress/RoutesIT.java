package io.millrace.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schemas.BudgetState;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.SpendPeriod;
import io.millrace.schemas.SpendSummary;
import io.millrace.schemas.config.IngressConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused and how, and what has no state of its own. */
class RoutesIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WAITING_MAX = 2;

  @TempDir static Path directory;
  private static Installation millrace;

  @BeforeAll
  static void start() {
    millrace =
        new Installation(
            directory,
            config -> {
              var d = IngressConfig.defaults();
              return config.withIngress(
                  new IngressConfig(
                      d.unacknowledgedMax(),
                      d.unacknowledgedBytesMax(),
                      WAITING_MAX,
                      d.eventLoops(),
                      d.acceptTimeout(),
                      d.waitMax(),
                      d.resultRetention()));
            });
  }

  @AfterAll
  static void stop() {
    millrace.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          GET  | /v1/nothing | 404 | -
          GET  | /v1/chat/completions | 404 | -
          PUT  | /v1/chat/completions | 405 | -
          POST | /v1/models | 405 | -
          GET  | /v1/requests/req_0 | 404 | -
          GET  | /v1/requests/req_00000000000000000000000000000000 | 404 | -
          POST | /v1/requests/req_00000000000000000000000000000000/cancel | 404 | -
          GET  | /v1/requests/req_00000000000000000000000000000000/events | 404 | -
          GET  | /v1/requests/req_00000000000000000000000000000000/x | 404 | -
          GET  | /v1/models/gpt-x | 404 | model_not_found
          GET  | /v1/requests?limit=101 | 400 | invalid_value
          GET  | /v1/requests?status=done | 400 | invalid_value
          GET  | /v1/results | 400 | missing_required_parameter
          GET  | /v1/spend?period=week | 400 | invalid_value
          GET  | /v1/spend?from=yesterday | 400 | invalid_value
          GET  | /admin/v1/spend | 401 | invalid_api_key
          """)
  void shouldRefuseInOpenAiForm(String method, String path, int status, String code)
      throws Exception {
    // When
    var answer = millrace.send(millrace.call(path).method(method, BodyPublishers.noBody()));
    // Then
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("x-request-id").orElse("")).startsWith("req_");
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    var error = JSON.readTree(answer.body()).path("error");
    assertThat(error.path("code").textValue()).isEqualTo(code);
    assertThat(error.fieldNames()).toIterable().containsExactly("message", "type", "param", "code");
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
  }

  @Test
  void shouldNameTheUrlWhenItIsUnknown() throws Exception {
    assertThat(millrace.send(millrace.call("/v1/x").POST(BodyPublishers.noBody())).body())
        .contains("Invalid URL (POST /v1/x)");
  }

  @Test
  void shouldRefuseWhenTheKeyIsWrongOrMissing() throws Exception {
    // When
    var wrong = millrace.send(millrace.chat().setHeader("Authorization", "Bearer sk-nobody"));
    var other = millrace.send(millrace.chat().setHeader("Authorization", "Basic x"));
    var azure =
        millrace.send(
            millrace
                .call("/v1/models")
                .setHeader("Authorization", "Bearer " + Installation.OTHER_KEY)
                .header("api-key", "ignored"));
    // Then
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(error(wrong).path("code").asText()).isEqualTo("invalid_api_key");
    assertThat(wrong.body()).doesNotContain("sk-nobody");
    assertThat(other.statusCode()).isEqualTo(401);
    assertThat(azure.statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      nullValues = "-",
      textBlock =
          """
          {"model | 400 | -
          [] | 400 | -
          {"model":"gpt-x","messages":[{"role":"user","content":"x"}]} | 404 | model_not_found
          {"model":"gpt-4o-mini","messages":[]} | 400 | empty_array
          """)
  void shouldRefuseABodyThatIsWrong(String body, int status, String code) throws Exception {
    // When
    var answer =
        millrace.send(millrace.call("/v1/chat/completions").POST(BodyPublishers.ofString(body)));
    // Then
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(error(answer).path("code").textValue()).isEqualTo(code);
  }

  @Test
  void shouldNameHeaderAndValueWhenAnOptionIsBad() throws Exception {
    // When
    var answer = millrace.send(millrace.chat().header("Millrace-Lane", "warp"));
    // Then
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer).path("param").asText()).isEqualTo("Millrace-Lane");
    assertThat(answer.body()).contains("warp");
  }

  @Test
  void shouldRefuseABodyThatIsTooLargeWhetherAnnouncedOrNot() throws Exception {
    // Given
    var large = "x".repeat((1 << 20) + 1);
    // When
    var announced =
        millrace.send(millrace.call("/v1/chat/completions").POST(BodyPublishers.ofString(large)));
    var streamed =
        millrace.send(
            millrace
                .call("/v1/chat/completions")
                .POST(
                    BodyPublishers.ofInputStream(
                        () ->
                            new java.io.ByteArrayInputStream(
                                large.getBytes(StandardCharsets.UTF_8)))));
    // Then
    assertThat(announced.statusCode()).isEqualTo(413);
    assertThat(streamed.statusCode()).isEqualTo(413);
    assertThat(error(streamed).path("type").asText()).isEqualTo("invalid_request_error");
  }

  @Test
  void shouldAnswerInOpenAiFormWhenTheHttpIsBroken() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), millrace.service().port())) {
      // When
      OutputStream out = socket.getOutputStream();
      out.write(
          ("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nhost: x\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      var answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      // Then
      assertThat(answer).contains(" 400 ", "\"error\":", "x-request-id: req_");
    }
  }

  @Test
  void shouldRefuseToWaitWhenTooManyDo() throws Exception {
    // Given
    var waiting =
        java.util.List.of(
            millrace.sendAsync(millrace.chat().header("Millrace-Tags", "n=1")),
            millrace.sendAsync(millrace.chat().header("Millrace-Tags", "n=2")));
    for (var number : new String[] {"1", "2"}) {
      millrace.await(RequestSubmitted.class, r -> number.equals(r.getTags().get("n")));
    }
    // When
    var refused = millrace.send(millrace.chat());
    var async = millrace.send(millrace.chat().header("Prefer", "respond-async"));
    // Then
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("retry-after")).contains("1");
    assertThat(error(refused).path("code").asText()).isEqualTo("server_is_overloaded");
    assertThat(async.statusCode()).isEqualTo(202);
    waiting.forEach(call -> call.cancel(true));
  }

  @Test
  void shouldShowTheModels() throws Exception {
    // When
    var all = millrace.send(millrace.call("/v1/models"));
    var one = millrace.send(millrace.call("/v1/models/org%2Fembed:1"));
    // Then
    assertThat(all.body())
        .isEqualTo(
            """
            {"object":"list","data":[{"id":"gpt-4o-mini","object":"model","created":0,\
            "owned_by":"openai"},{"id":"org/embed:1","object":"model","created":0,\
            "owned_by":"openai"}]}""");
    assertThat(JSON.readTree(one.body()).path("id").asText()).isEqualTo("org/embed:1");
  }

  @Test
  void shouldAcceptEmbeddings() throws Exception {
    // When
    var accepted =
        millrace.send(
            millrace
                .call("/v1/embeddings")
                .header("Prefer", "respond-async")
                .POST(BodyPublishers.ofString("{\"model\":\"org/embed:1\",\"input\":\"x\"}")));
    // Then
    assertThat(accepted.statusCode()).isEqualTo(202);
    assertThat(JSON.readTree(accepted.body()).path("endpoint").asText())
        .isEqualTo("/v1/embeddings");
  }

  @Test
  void shouldShowEachAccountItsOwnSpend() throws Exception {
    // Given
    var day = Instant.parse("2026-11-21T00:00:00Z");
    spend("acme", day, "0.1");
    spend("acme", day, "0.250000000000");
    spend("globex", day, "7");
    millrace.say(
        millrace.topics.budgets(),
        "acme/monthly",
        new BudgetState(
            "acme", "monthly", "2026-11", usd("250"), usd("1"), usd("0"), usd("2.5"), true, day),
        "none");
    var range = "?period=day&from=2026-11-01&to=2026-12-01";
    // When
    await()
        .untilAsserted(
            () ->
                assertThat(
                        JSON.readTree(
                                millrace
                                    .send(
                                        millrace
                                            .call("/admin/v1/spend" + range)
                                            .setHeader(
                                                "Authorization",
                                                "Bearer " + Installation.ADMIN_KEY))
                                    .body())
                            .path("data"))
                    .hasSize(2));
    var own = JSON.readTree(millrace.send(millrace.call("/v1/spend" + range)).body()).path("data");
    // Then
    assertThat(own).hasSize(1);
    assertThat(own.get(0).path("cost_usd").asText()).isEqualTo("0.25");
    await()
        .untilAsserted(
            () ->
                assertThat(millrace.send(millrace.call("/v1/budgets")).body())
                    .contains("\"settled_usd\":\"2.5\"", "\"limit_usd\":\"250\""));
  }

  private static void spend(String account, Instant start, String cost) {
    millrace.say(
        millrace.topics.spend(SpendPeriod.DAY),
        account + "/day",
        new SpendSummary(
            SpendPeriod.DAY,
            start,
            account,
            "gpt-4o-mini",
            "openai",
            "gpt-4o-mini",
            1L,
            2L,
            0L,
            3L,
            usd(cost),
            usd("0"),
            true,
            Clock.systemUTC().instant()),
        "none");
  }

  private static BigDecimal usd(String amount) {
    return new BigDecimal(amount).setScale(12);
  }

  private static JsonNode error(HttpResponse<String> answer) throws IOException {
    return JSON.readTree(answer.body()).path("error");
  }
}

package io.millrace.ingress;

import static io.millrace.ingress.Records.aChange;
import static io.millrace.ingress.Records.aRequest;
import static io.millrace.ingress.Records.aResult;
import static io.millrace.ingress.Records.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.RequestStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds the forms that clients rely on, byte for byte. */
class RequestJsonTest {

  private static final StoredRequest REQUEST =
      StoredRequest.of(
          aRequest("acme", "req_1")
              .setBatchId("bulk_1")
              .setCustomId("c1")
              .setTags(Map.of("team", "search"))
              .build(),
          5);

  @Test
  void shouldShowARequestThatWaits() {
    assertThat(text(new Outcome.Silent()))
        .isEqualTo(
            """
            {"id":"req_1","object":"request","status":"queued","model":"gpt-4o-mini",\
            "lane":"standard","endpoint":"/v1/chat/completions","created_at":1795255200,\
            "started_at":null,"finished_at":null,"attempts":0,"provider":null,"retry_at":null,\
            "detail":null,"usage":null,"dropped_parameters":[],"cost_usd":null,"error":null,\
            "batch_id":"bulk_1",\
            "custom_id":"c1","tags":{"team":"search"},"response":null}""");
  }

  @Test
  void shouldShowARequestThatAwaitsARetry() {
    // Given
    var change =
        aChange("acme", "req_1")
            .setStatus(RequestStatus.QUEUED)
            .setRetryAt(Records.AT.plusSeconds(30))
            .setDetail("rate_limit_exceeded")
            .build();
    // When
    var text = text(new Outcome.Changed(change));
    // Then
    assertThat(text)
        .contains(
            """
            "status":"queued\"""",
            """
            "attempts":1,"provider":"openai","retry_at":1795255230,\
            "detail":"rate_limit_exceeded\"""");
  }

  @Test
  void shouldShowARequestThatIsAnswered() {
    // Given
    var result =
        aResult("acme", "req_1").setDroppedParameters(List.of("seed", "logit_bias")).build();
    // Then
    assertThat(text(new Outcome.Finished(result, 7)))
        .isEqualTo(
            """
            {"id":"req_1","object":"request","status":"completed","model":"gpt-4o-mini",\
            "lane":"standard","endpoint":"/v1/chat/completions","created_at":1795255200,\
            "started_at":1795255201,"finished_at":1795255202,"attempts":1,"provider":"openai",\
            "retry_at":null,"detail":null,"usage":{"input_tokens":12,"cached_input_tokens":2,\
            "cache_write_tokens":0,"cache_write_long_tokens":0,"output_tokens":5,\
            "reasoning_tokens":1,"total_tokens":17,"estimated":false},\
            "dropped_parameters":["seed","logit_bias"],"cost_usd":"0.0012","error":null,"batch_id":"bulk_1",\
            "custom_id":"c1","tags":{"team":"search"},"response":{"status_code":200,\
            "body":{"id":"chatcmpl-1"}}}""");
  }

  @Test
  void shouldShowTheErrorOfARequestThatFailed() {
    // Given
    var result =
        aResult("acme", "req_1")
            .setStatus(RequestStatus.EXPIRED)
            .setHttpStatus(504)
            .setErrorCode("deadline_exceeded")
            .setBody(
                bytes(
                    "{\"error\":{\"message\":\"too late\",\"type\":\"server_error\","
                        + "\"param\":null,\"code\":\"deadline_exceeded\"}}"))
            .build();
    // When
    var text = text(new Outcome.Finished(result, 7));
    // Then
    assertThat(text)
        .contains(
            """
            "error":{"message":"too late","type":"server_error","param":null,\
            "code":"deadline_exceeded"}""",
            "\"response\":{\"status_code\":504,\"body\":{\"error\":");
  }

  @Test
  void shouldListWithoutBodies() {
    // Given
    var finished =
        new RequestState(REQUEST, new Outcome.Finished(aResult("acme", "req_1").build(), 7));
    // When
    var text = new String(RequestJson.list(List.of(finished), true), UTF_8);
    // Then
    assertThat(text)
        .startsWith("{\"object\":\"list\",\"data\":[{\"id\":\"req_1\"")
        .endsWith(
            "\"response\":null}],\"first_id\":\"req_1\",\"last_id\":\"req_1\",\"has_more\":true}")
        .doesNotContain("chatcmpl");
  }

  @Test
  void shouldWriteALineOfBatchOutput() {
    // Given
    var answered = aResult("acme", "req_1").setCustomId("c1").build();
    var never =
        aResult("acme", "req_2")
            .setStatus(RequestStatus.CANCELLED)
            .setAttempts(0)
            .setCustomId("c2")
            .build();
    // Then
    assertThat(new String(ResultLine.toJson(answered, 7), UTF_8))
        .isEqualTo(
            """
            {"id":"batch_req_1","custom_id":"c1","cursor":7,"response":{"status_code":200,\
            "request_id":"req_1","body":{"id":"chatcmpl-1"}},"error":null}
            """);
    assertThat(new String(ResultLine.toJson(never, 8), UTF_8))
        .isEqualTo(
            """
            {"id":"batch_req_2","custom_id":"c2","cursor":8,"response":null,\
            "error":{"code":"batch_cancelled","message":"The request was cancelled."}}
            """);
  }

  private static String text(Outcome outcome) {
    return new String(RequestJson.bytes(new RequestState(REQUEST, outcome)), UTF_8);
  }
}

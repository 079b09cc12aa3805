package io.millrace.ingress;

import static io.millrace.ingress.Records.AT;
import static io.millrace.ingress.Records.aResult;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schemas.BatchError;
import io.millrace.schemas.RequestStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with the file of a batch, and how its results are written. */
class BatchCheckTest {

  private static final String GOOD =
      """
      {"custom_id":"a","method":"POST","url":"/v1/chat/completions",\
      "body":{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}}""";

  private final BatchCheck check =
      new BatchCheck(
          new BatchCheck.Rules(Endpoint.CHAT_COMPLETIONS, 3, 1_000, "gpt-4o-mini"::equals));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"custom_id\":\"a\",||missing_required_parameter",
        "POST|GET|invalid_method",
        "/v1/chat/completions|/v1/no|invalid_url",
        "gpt-4o-mini|gpt-none|model_not_found",
        "\"messages\"|\"stream\":true,\"messages\"|invalid_value",
        "}}|}|invalid_json_line",
        "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]|\"n\":1|missing_required_parameter",
      })
  void shouldNameWhatIsWrongWithALine(String part, String other, String code) {
    // Given
    var line = GOOD.replace(part, other == null ? "" : other);
    // When
    var parsed = check.accept(7, line.getBytes(UTF_8));
    // Then
    assertThat(parsed).isEmpty();
    var error = check.result("b", "acme", 0, AT).getErrors().getFirst();
    assertThat(error.getCode()).isEqualTo(code);
    assertThat(error.getLine()).contains(7);
  }

  @Test
  void shouldFindANameThatComesTwice() {
    // Given
    check.accept(1, GOOD.getBytes(UTF_8));
    // When
    check.accept(2, GOOD.getBytes(UTF_8));
    // Then
    assertThat(check.result("b", "acme", 2, AT).getErrors())
        .extracting(BatchError::getCode)
        .containsExactly("duplicate_custom_id");
  }

  @Test
  void shouldStopAtTheLimitOfLines() {
    // When
    for (int i = 1; i <= 4; i++) {
      check.accept(i, GOOD.replace("\"a\"", "\"a" + i + "\"").getBytes(UTF_8));
    }
    // Then
    assertThat(check.isOver()).isTrue();
    assertThat(check.result("b", "acme", 3, AT).getErrors())
        .extracting(BatchError::getCode)
        .containsExactly("too_many_lines");
  }

  @Test
  void shouldRefuseAFileWithoutLines() {
    // When
    var result = check.result("b", "acme", 0, AT);
    // Then
    assertThat(result.getErrors()).extracting(BatchError::getCode).containsExactly("empty_file");
  }

  @Test
  void shouldKeepNamesApart() {
    // Given
    var names = new NameSet();
    // When
    int added = 0;
    for (int i = 0; i < 50_000; i++) {
      added += names.add("name-" + i % 40_000) ? 1 : 0;
    }
    // Then
    assertThat(added).isEqualTo(40_000);
    assertThat(names.size()).isEqualTo(40_000);
  }

  @ParameterizedTest
  @CsvSource({
    "COMPLETED, 200, '{\"id\":\"é\",\n \"x\":1}'",
    "FAILED, 500, '{\"error\":{}}'",
    "COMPLETED, 200, ''",
    "EXPIRED, 504, '{}'",
    "CANCELLED, 499, '{}'",
  })
  void shouldBeAsLongAsItSays(RequestStatus status, int httpStatus, String body) throws Exception {
    // Given
    var result =
        aResult("acme", "req_1")
            .setCustomId("ä\"b")
            .setStatus(status)
            .setHttpStatus(httpStatus)
            .setBody(Records.bytes(body))
            .build();
    // When
    var line = BatchOutputLine.toJson(result);
    // Then
    assertThat(BatchOutputLine.bytes(result, result.getBody().remaining())).isEqualTo(line.length);
    var text = new String(line, UTF_8);
    assertThat(text.lines()).hasSize(1);
    assertThat(text).endsWith("\n");
    var json = new ObjectMapper().readTree(text);
    assertThat(json.path("custom_id").asText()).isEqualTo("ä\"b");
    assertThat(json.path("error").isNull()).isEqualTo(BatchOutputLine.hasBody(result));
  }

  @ParameterizedTest
  @CsvSource({"30m, 1800", "24h, 86400", "7d, 604800", "PT90M, 5400", "600s, 600"})
  void shouldReadAWindow(String text, long seconds) {
    // When
    var window = CompletionWindow.parse(text, Duration.ofMinutes(10), Duration.ofDays(7));
    // Then
    assertThat(window).isEqualTo(Checked.ok(Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @CsvSource({"9m", "8d", "24", "-1h", "day", "999999999d", "PT0S"})
  void shouldRefuseAWindowThatDoesNotFit(String text) {
    // When
    var window = CompletionWindow.parse(text, Duration.ofMinutes(10), Duration.ofDays(7));
    // Then
    assertThat(window).isInstanceOf(Checked.Refused.class);
  }
}

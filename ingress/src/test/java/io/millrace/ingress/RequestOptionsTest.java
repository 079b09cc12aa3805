package io.millrace.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ingress.RequestOptions.Option;
import io.millrace.ingress.RequestOptions.Rules;
import io.millrace.schemas.Lane;
import io.millrace.schemas.OnDoubt;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestOptionsTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Rules RULES = new Rules(NOW, false, "llm.results.acme"::equals);

  @Test
  void shouldUnderstandEveryOption() {
    // When
    var options =
        parse(
            Map.of(
                Option.LANE, "bulk",
                Option.DEADLINE, "PT10M",
                Option.NOT_BEFORE, "2026-11-21T12:00:00+01:00",
                Option.CALLBACK, "https://example.com/hook?x=1",
                Option.RESPONSE_TOPIC, "llm.results.acme",
                Option.ON_DOUBT, "fail",
                Option.TAGS, "team=search, feature=re=rank"));
    // Then
    assertThat(options)
        .isEqualTo(
            Checked.ok(
                new RequestOptions(
                    Lane.BULK,
                    NOW.plusSeconds(600),
                    Instant.parse("2026-11-21T11:00:00Z"),
                    "https://example.com/hook?x=1",
                    "llm.results.acme",
                    OnDoubt.FAIL,
                    Map.of("team", "search", "feature", "re=rank"))));
  }

  @Test
  void shouldHaveDefaultsWhenNothingIsSaid() {
    assertThat(parse(Map.of()))
        .isEqualTo(
            Checked.ok(new RequestOptions(null, null, null, null, null, OnDoubt.REPEAT, Map.of())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          LANE | fast
          DEADLINE | tomorrow
          DEADLINE | -PT5S
          DEADLINE | PT0S
          DEADLINE | P999999999999D
          DEADLINE | 9999-01-01T00:00:00Z
          NOT_BEFORE | 10
          CALLBACK | http://example.com/
          CALLBACK | ftp://example.com/
          CALLBACK | https://user:pass@example.com/
          CALLBACK | https:///nohost
          CALLBACK | not a url
          RESPONSE_TOPIC | llm.results.globex
          ON_DOUBT | maybe
          TAGS | noequals
          TAGS | a b=c
          """)
  void shouldNameHeaderAndValueWhenItIsBad(Option option, String value) {
    // When
    var error = ((Checked.Refused<RequestOptions>) parse(Map.of(option, value))).error();
    // Then
    assertThat(error.kind().status()).isEqualTo(400);
    assertThat(error.param()).isEqualTo(option.header());
    assertThat(error.message()).contains(option.header(), value);
  }

  @Test
  void shouldAllowHttpCallbacksWhenTheOperatorDoes() {
    // Given
    var rules = new Rules(NOW, true, topic -> false);
    // When
    var options = RequestOptions.parse(Map.of(Option.CALLBACK, "http://127.0.0.1:9/x")::get, rules);
    // Then
    assertThat(options).isInstanceOf(Checked.Ok.class);
  }

  private static Checked<RequestOptions> parse(Map<Option, String> given) {
    return RequestOptions.parse(given::get, RULES);
  }
}

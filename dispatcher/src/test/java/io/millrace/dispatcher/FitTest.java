package io.millrace.dispatcher;

import static io.millrace.dispatcher.Fixtures.aRequest;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.Need;
import io.millrace.schemas.config.ModelCapabilities;
import io.millrace.schemas.config.PriceConfig;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FitTest {

  @ParameterizedTest
  @CsvSource({
    // window, output limit, input, output over all choices, choices, fit
    "0,    0,   99999999, 5000, 1, Fits",
    "1000, 0,   0,        ,     1, Fits",
    "1000, 0,   1000,     ,     1, Fits",
    "1000, 0,   800,      200,  1, Fits",
    "1000, 0,   800,      201,  1, Tight",
    "1000, 0,   1001,     ,     1, Tight",
    "1000, 0,   1333,     ,     1, Tight",
    "1000, 0,   1336,     ,     1, TooLong",
    "1000, 0,   5,        1001, 1, TooLong",
    "1000, 0,   5,        1990, 2, Fits",
    "1000, 100, 5,        100,  1, Fits",
    "1000, 100, 5,        101,  1, OutputTooLong",
    "1000, 100, 5,        300,  3, Fits",
    "1000, 100, 5,        301,  3, OutputTooLong",
    "0,    100, 5,        ,     1, Fits",
  })
  void shouldMeasureInputAndOutputWhenTheLimitsAreKnown(
      int window, int outputMax, int input, @Nullable Integer output, int choices, String fit) {
    // Given
    var request =
        aRequest("req_1")
            .setContextTokensEstimated(input)
            .setOutputTokensMax(output)
            .setChoices(choices)
            .build();

    // Then
    var known = Optional.of(model().withLimits(window, outputMax));
    assertThat(Fit.of(request, known).getClass().getSimpleName()).isEqualTo(fit);
    assertThat(Fit.of(request, Optional.empty())).isEqualTo(new Fit.Fits());
  }

  @ParameterizedTest
  @EnumSource(Need.class)
  void shouldAssumeThatAModelCanUnlessItIsKnownThatItCannot(Need need) {
    // Given
    var request = aRequest("req_1").setNeeds(List.of(need)).build();

    // Then
    assertThat(Fit.of(request, with(null))).isEqualTo(new Fit.Fits());
    assertThat(Fit.of(request, with(true))).isEqualTo(new Fit.Fits());
    assertThat(Fit.of(request, with(false))).isEqualTo(new Fit.Unable(need, Fit.Names.CHAT));
  }

  @Test
  void shouldSayInOpenAisWordsWhatDoesNotFit() {
    // Then
    assertThat(text(new Fit.TooLong("messages", 8192, 9000, 500)))
        .isEqualTo(
            """
            {"error":{"message":"This model's maximum context length is 8192 tokens. However, your \
            request needs about 9500 tokens (9000 in the messages, 500 in the completion).",\
            "type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""");
    assertThat(text(new Fit.OutputTooLong(4096, 5000, Fit.Names.CHAT)))
        .contains("5000", "4096", "\"param\":\"max_completion_tokens\",\"code\":\"invalid_value\"");
    assertThat(text(new Fit.Unable(Need.TOOLS, Fit.Names.CHAT)))
        .contains("'tools'", "\"param\":\"tools\",\"code\":\"unsupported_parameter\"");
    assertThat(text(new Fit.Unable(Need.JSON_SCHEMA, Fit.Names.CHAT)))
        .contains("\"param\":\"response_format\",\"code\":\"unsupported_parameter\"");
    assertThat(text(new Fit.Unable(Need.VISION, Fit.Names.CHAT)))
        .contains("\"param\":\"messages\",\"code\":\"unsupported_parameter\"");
  }

  @Test
  void shouldBlameFieldsOfTheEndpointThatWasCalled() {
    // Given
    var request =
        aRequest("req_1").setEndpoint("/v1/responses").setNeeds(List.of(Need.JSON_SCHEMA)).build();

    // When
    var fit = Fit.of(request, with(false));

    // Then
    assertThat(fit)
        .isInstanceOfSatisfying(
            Fit.Misfit.class,
            misfit -> assertThat(text(misfit)).contains("\"param\":\"text.format\""));
  }

  private static PriceConfig model() {
    return PriceConfig.of("alpha", "alpha-small", BigDecimal.ONE, BigDecimal.ONE);
  }

  private static Optional<PriceConfig> with(@Nullable Boolean all) {
    return Optional.of(
        model().withCapabilities(new ModelCapabilities(all, all, all, all, all, all)));
  }

  private static String text(Fit.Misfit misfit) {
    assertThat(misfit.failure().httpStatus()).isEqualTo(400);
    return StandardCharsets.UTF_8.decode(misfit.failure().body().duplicate()).toString();
  }
}

package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.required;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Price of a whole request whose input exceeds a number of tokens.
 *
 * @param aboveTokens applies when the input has more LLM tokens
 * @param inputUsdPerMTok uncached input
 * @param outputUsdPerMTok output
 * @param cachedInputUsdPerMTok cached input; absent means as uncached
 */
public record LongContextPrice(
    int aboveTokens,
    BigDecimal inputUsdPerMTok,
    BigDecimal outputUsdPerMTok,
    @Nullable BigDecimal cachedInputUsdPerMTok) {

  @JsonCreator
  static LongContextPrice of(
      @Nullable Integer aboveTokens,
      @Nullable BigDecimal inputUsdPerMTok,
      @Nullable BigDecimal outputUsdPerMTok,
      @Nullable BigDecimal cachedInputUsdPerMTok) {
    return new LongContextPrice(
        required(aboveTokens, "aboveTokens"),
        required(inputUsdPerMTok, "inputUsdPerMTok"),
        required(outputUsdPerMTok, "outputUsdPerMTok"),
        cachedInputUsdPerMTok);
  }
}

package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.required;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.math.BigDecimal;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What a model costs, from a date on. Amounts are USD for one million LLM tokens.
 *
 * @param provider configured provider name
 * @param model that provider's own name of the model
 * @param validFrom first day, in UTC; default from the beginning
 * @param inputUsdPerMTok uncached input
 * @param outputUsdPerMTok output, reasoning included; default 0
 * @param cachedInputUsdPerMTok input read from the provider's cache; absent means as uncached
 * @param cacheWriteUsdPerMTok input written to the provider's cache; absent means as uncached
 * @param batchInputUsdPerMTok input in the provider's batch tier
 * @param batchOutputUsdPerMTok output in the provider's batch tier
 * @param longContext price of the whole request when its input is long
 * @param contextWindow input tokens the model takes; 0 means unknown
 * @param outputMax output tokens the model makes at most; 0 means unknown
 */
public record PriceConfig(
    String provider,
    String model,
    LocalDate validFrom,
    BigDecimal inputUsdPerMTok,
    BigDecimal outputUsdPerMTok,
    @Nullable BigDecimal cachedInputUsdPerMTok,
    @Nullable BigDecimal cacheWriteUsdPerMTok,
    @Nullable BigDecimal batchInputUsdPerMTok,
    @Nullable BigDecimal batchOutputUsdPerMTok,
    @Nullable LongContextPrice longContext,
    int contextWindow,
    int outputMax) {

  public PriceConfig {
    check(
        inputUsdPerMTok.signum() >= 0,
        "prices["
            + provider
            + "/"
            + model
            + "].inputUsdPerMTok must not be negative: "
            + inputUsdPerMTok);
    check(
        outputUsdPerMTok.signum() >= 0,
        "prices["
            + provider
            + "/"
            + model
            + "].outputUsdPerMTok must not be negative: "
            + outputUsdPerMTok);
  }

  @JsonCreator
  static PriceConfig of(
      @Nullable String provider,
      @Nullable String model,
      @Nullable LocalDate validFrom,
      @Nullable BigDecimal inputUsdPerMTok,
      @Nullable BigDecimal outputUsdPerMTok,
      @Nullable BigDecimal cachedInputUsdPerMTok,
      @Nullable BigDecimal cacheWriteUsdPerMTok,
      @Nullable BigDecimal batchInputUsdPerMTok,
      @Nullable BigDecimal batchOutputUsdPerMTok,
      @Nullable LongContextPrice longContext,
      @Nullable Integer contextWindow,
      @Nullable Integer outputMax) {
    return new PriceConfig(
        required(provider, "provider"),
        required(model, "model"),
        orDefault(validFrom, LocalDate.EPOCH),
        required(inputUsdPerMTok, "inputUsdPerMTok"),
        orDefault(outputUsdPerMTok, BigDecimal.ZERO),
        cachedInputUsdPerMTok,
        cacheWriteUsdPerMTok,
        batchInputUsdPerMTok,
        batchOutputUsdPerMTok,
        longContext,
        orDefault(contextWindow, 0),
        orDefault(outputMax, 0));
  }
}

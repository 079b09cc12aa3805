package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.required;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.math.BigDecimal;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What a model costs, takes and can do, from a date on. Amounts are USD for one million LLM tokens.
 *
 * @param provider name of a configured provider, or of a kind for all providers of that kind
 * @param model that provider's own name of the model
 * @param validFrom first day, in UTC; default from the beginning
 * @param inputUsdPerMTok uncached input
 * @param outputUsdPerMTok output, reasoning included; default 0
 * @param cachedInputUsdPerMTok input read from the provider's cache; absent means as uncached
 * @param cacheWriteUsdPerMTok input written to the provider's cache; absent means as uncached
 * @param cacheWriteLongUsdPerMTok input written to live longer there, such as Anthropic's one hour;
 *     absent means as any cache write
 * @param batchInputUsdPerMTok input in the provider's batch tier
 * @param batchOutputUsdPerMTok output in the provider's batch tier
 * @param longContext price of the whole request when its input is long
 * @param contextWindow LLM tokens that fit into the model, of an embeddings model into one input; 0
 *     means unknown
 * @param outputMax output tokens the model makes at most; 0 means unknown
 * @param capabilities what the model can do; default unknown
 */
public record PriceConfig(
    String provider,
    String model,
    LocalDate validFrom,
    BigDecimal inputUsdPerMTok,
    BigDecimal outputUsdPerMTok,
    @Nullable BigDecimal cachedInputUsdPerMTok,
    @Nullable BigDecimal cacheWriteUsdPerMTok,
    @Nullable BigDecimal cacheWriteLongUsdPerMTok,
    @Nullable BigDecimal batchInputUsdPerMTok,
    @Nullable BigDecimal batchOutputUsdPerMTok,
    @Nullable LongContextPrice longContext,
    int contextWindow,
    int outputMax,
    ModelCapabilities capabilities) {

  public PriceConfig {
    var place = "prices[" + provider + "/" + model + "].";
    notNegative(inputUsdPerMTok, place + "inputUsdPerMTok");
    notNegative(outputUsdPerMTok, place + "outputUsdPerMTok");
    notNegative(cachedInputUsdPerMTok, place + "cachedInputUsdPerMTok");
    notNegative(cacheWriteUsdPerMTok, place + "cacheWriteUsdPerMTok");
    notNegative(cacheWriteLongUsdPerMTok, place + "cacheWriteLongUsdPerMTok");
    notNegative(batchInputUsdPerMTok, place + "batchInputUsdPerMTok");
    notNegative(batchOutputUsdPerMTok, place + "batchOutputUsdPerMTok");
    check(contextWindow >= 0, place + "contextWindow must not be negative: " + contextWindow);
    check(outputMax >= 0, place + "outputMax must not be negative: " + outputMax);
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
      @Nullable BigDecimal cacheWriteLongUsdPerMTok,
      @Nullable BigDecimal batchInputUsdPerMTok,
      @Nullable BigDecimal batchOutputUsdPerMTok,
      @Nullable LongContextPrice longContext,
      @Nullable Integer contextWindow,
      @Nullable Integer outputMax,
      @Nullable ModelCapabilities capabilities) {
    return new PriceConfig(
        required(provider, "provider"),
        required(model, "model"),
        orDefault(validFrom, LocalDate.EPOCH),
        required(inputUsdPerMTok, "inputUsdPerMTok"),
        orDefault(outputUsdPerMTok, BigDecimal.ZERO),
        cachedInputUsdPerMTok,
        cacheWriteUsdPerMTok,
        cacheWriteLongUsdPerMTok,
        batchInputUsdPerMTok,
        batchOutputUsdPerMTok,
        longContext,
        orDefault(contextWindow, 0),
        orDefault(outputMax, 0),
        orDefault(capabilities, ModelCapabilities.UNKNOWN));
  }

  /** A model of which only the plain prices are known. */
  public static PriceConfig of(
      String provider, String model, BigDecimal inputUsdPerMTok, BigDecimal outputUsdPerMTok) {
    return new PriceConfig(
        provider,
        model,
        LocalDate.EPOCH,
        inputUsdPerMTok,
        outputUsdPerMTok,
        null,
        null,
        null,
        null,
        null,
        null,
        0,
        0,
        ModelCapabilities.UNKNOWN);
  }

  /** The same at another provider. */
  public PriceConfig soldBy(String provider) {
    return new PriceConfig(
        provider,
        model,
        validFrom,
        inputUsdPerMTok,
        outputUsdPerMTok,
        cachedInputUsdPerMTok,
        cacheWriteUsdPerMTok,
        cacheWriteLongUsdPerMTok,
        batchInputUsdPerMTok,
        batchOutputUsdPerMTok,
        longContext,
        contextWindow,
        outputMax,
        capabilities);
  }

  public PriceConfig withValidFrom(LocalDate validFrom) {
    return new PriceConfig(
        provider,
        model,
        validFrom,
        inputUsdPerMTok,
        outputUsdPerMTok,
        cachedInputUsdPerMTok,
        cacheWriteUsdPerMTok,
        cacheWriteLongUsdPerMTok,
        batchInputUsdPerMTok,
        batchOutputUsdPerMTok,
        longContext,
        contextWindow,
        outputMax,
        capabilities);
  }

  /** The same of a model that takes and makes so many LLM tokens; 0 means unknown. */
  public PriceConfig withLimits(int contextWindow, int outputMax) {
    return new PriceConfig(
        provider,
        model,
        validFrom,
        inputUsdPerMTok,
        outputUsdPerMTok,
        cachedInputUsdPerMTok,
        cacheWriteUsdPerMTok,
        cacheWriteLongUsdPerMTok,
        batchInputUsdPerMTok,
        batchOutputUsdPerMTok,
        longContext,
        contextWindow,
        outputMax,
        capabilities);
  }

  public PriceConfig withCapabilities(ModelCapabilities capabilities) {
    return new PriceConfig(
        provider,
        model,
        validFrom,
        inputUsdPerMTok,
        outputUsdPerMTok,
        cachedInputUsdPerMTok,
        cacheWriteUsdPerMTok,
        cacheWriteLongUsdPerMTok,
        batchInputUsdPerMTok,
        batchOutputUsdPerMTok,
        longContext,
        contextWindow,
        outputMax,
        capabilities);
  }

  private static void notNegative(@Nullable BigDecimal amount, String name) {
    check(amount == null || amount.signum() >= 0, name + " must not be negative: " + amount);
  }
}

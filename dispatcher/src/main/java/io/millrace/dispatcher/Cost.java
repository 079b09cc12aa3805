package io.millrace.dispatcher;

import io.millrace.schemas.Usage;
import io.millrace.schemas.config.LongContextPrice;
import io.millrace.schemas.config.PriceConfig;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Usage times price, in USD. Computed without intermediate rounding and rounded once, to the scale
 * of the ledger; a price of at most six decimals never needs it.
 *
 * <p>{@link #worstCase} is at least {@link #of} for every usage within its bounds. That is what
 * keeps a hard budget: what is held before a call covers what is settled after it.
 */
public final class Cost {

  /** Decimals of every amount in the ledger. */
  public static final int SCALE = 12;

  private static final BigDecimal TOKENS_PER_MTOK = BigDecimal.valueOf(1_000_000);

  private Cost() {}

  /**
   * What the usage costs. Input above the long-context threshold moves every token of the request
   * to that tier. Cached and cache-write tokens beyond the input they are part of are a provider's
   * slip and do not count.
   */
  public static BigDecimal of(PriceConfig price, Usage usage) {
    long input = Math.max(0, usage.getInputTokens());
    long cached = Math.clamp(usage.getCachedInputTokens(), 0, input);
    long written = Math.clamp(usage.getCacheWriteTokens(), 0, input - cached);
    long output = Math.max(0, usage.getOutputTokens());
    var rates = Rates.of(price, input);
    return rates
        .input
        .multiply(BigDecimal.valueOf(input - cached - written))
        .add(rates.cached.multiply(BigDecimal.valueOf(cached)))
        .add(rates.written.multiply(BigDecimal.valueOf(written)))
        .add(rates.output.multiply(BigDecimal.valueOf(output)))
        .divide(TOKENS_PER_MTOK, SCALE, RoundingMode.HALF_UP);
  }

  /**
   * The most that a call can cost with so many tokens at most: every input token at the dearest
   * kind of input, in the tier that makes it dearer. Rounded up.
   */
  public static BigDecimal worstCase(PriceConfig price, long inputTokensMax, long outputTokensMax) {
    var longContext = price.longContext();
    if (longContext == null || inputTokensMax <= longContext.aboveTokens()) {
      return dearest(price, inputTokensMax, outputTokensMax);
    }
    // Normally the long tier; but nothing forbids a price that is lower for long input.
    return dearest(price, inputTokensMax, outputTokensMax)
        .max(dearest(price, longContext.aboveTokens(), outputTokensMax));
  }

  private static BigDecimal dearest(PriceConfig price, long input, long output) {
    var rates = Rates.of(price, input);
    return rates
        .input
        .max(rates.cached)
        .max(rates.written)
        .multiply(BigDecimal.valueOf(input))
        .add(rates.output.multiply(BigDecimal.valueOf(output)))
        .divide(TOKENS_PER_MTOK, SCALE, RoundingMode.CEILING);
  }

  /** USD per million tokens that hold for one request. */
  private record Rates(BigDecimal input, BigDecimal cached, BigDecimal written, BigDecimal output) {

    static Rates of(PriceConfig price, long inputTokens) {
      var longContext = price.longContext();
      if (longContext != null && inputTokens > longContext.aboveTokens()) {
        return ofLongContext(price, longContext);
      }
      var cached = price.cachedInputUsdPerMTok();
      var written = price.cacheWriteUsdPerMTok();
      var input = price.inputUsdPerMTok();
      return new Rates(
          input,
          cached == null ? input : cached,
          written == null ? input : written,
          price.outputUsdPerMTok());
    }

    private static Rates ofLongContext(PriceConfig price, LongContextPrice longContext) {
      var cached = longContext.cachedInputUsdPerMTok();
      var input = longContext.inputUsdPerMTok();
      return new Rates(
          input,
          cached == null ? input : cached,
          written(price, input),
          longContext.outputUsdPerMTok());
    }

    /** Providers price cache writes as a multiple of input, the same one in both tiers. */
    private static BigDecimal written(PriceConfig price, BigDecimal longInput) {
      var written = price.cacheWriteUsdPerMTok();
      if (written == null) {
        return longInput;
      }
      if (price.inputUsdPerMTok().signum() == 0) {
        return longInput.max(written);
      }
      return written
          .multiply(longInput)
          .divide(price.inputUsdPerMTok(), SCALE, RoundingMode.CEILING);
    }
  }
}

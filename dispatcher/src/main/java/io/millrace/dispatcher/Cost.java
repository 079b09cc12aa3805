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
    long writtenLong = Math.clamp(usage.getCacheWriteLongTokens(), 0, written);
    long output = Math.max(0, usage.getOutputTokens());
    var rates = Rates.of(price, input);
    return times(rates.input, input - cached - written)
        .add(times(rates.cached, cached))
        .add(times(rates.written, written - writtenLong))
        .add(times(rates.writtenLong, writtenLong))
        .add(times(rates.output, output))
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
    var dearestInput = rates.input.max(rates.cached).max(rates.written).max(rates.writtenLong);
    return times(dearestInput, input)
        .add(times(rates.output, output))
        .divide(TOKENS_PER_MTOK, SCALE, RoundingMode.CEILING);
  }

  private static BigDecimal times(BigDecimal rate, long tokens) {
    return rate.multiply(BigDecimal.valueOf(tokens));
  }

  /** USD per million tokens that hold for one request. */
  private record Rates(
      BigDecimal input,
      BigDecimal cached,
      BigDecimal written,
      BigDecimal writtenLong,
      BigDecimal output) {

    static Rates of(PriceConfig price, long inputTokens) {
      var longContext = price.longContext();
      if (longContext != null && inputTokens > longContext.aboveTokens()) {
        return ofLongContext(price, longContext);
      }
      var cached = price.cachedInputUsdPerMTok();
      var written = price.cacheWriteUsdPerMTok();
      var writtenLong = price.cacheWriteLongUsdPerMTok();
      var input = price.inputUsdPerMTok();
      var anyWritten = written == null ? input : written;
      return new Rates(
          input,
          cached == null ? input : cached,
          anyWritten,
          writtenLong == null ? anyWritten : writtenLong,
          price.outputUsdPerMTok());
    }

    private static Rates ofLongContext(PriceConfig price, LongContextPrice longContext) {
      var cached = longContext.cachedInputUsdPerMTok();
      var input = longContext.inputUsdPerMTok();
      var written = price.cacheWriteUsdPerMTok();
      var writtenLong = price.cacheWriteLongUsdPerMTok();
      var anyWritten = written == null ? input : inLongTier(price, written, input);
      return new Rates(
          input,
          cached == null ? input : cached,
          anyWritten,
          writtenLong == null ? anyWritten : inLongTier(price, writtenLong, input),
          longContext.outputUsdPerMTok());
    }

    /** Providers price cache writes as a multiple of input, the same one in both tiers. */
    private static BigDecimal inLongTier(
        PriceConfig price, BigDecimal written, BigDecimal longInput) {
      if (price.inputUsdPerMTok().signum() == 0) {
        return longInput.max(written);
      }
      return written
          .multiply(longInput)
          .divide(price.inputUsdPerMTok(), SCALE, RoundingMode.CEILING);
    }
  }
}

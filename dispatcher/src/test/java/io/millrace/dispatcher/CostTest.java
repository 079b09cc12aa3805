package io.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.Usage;
import io.millrace.schemas.config.LongContextPrice;
import io.millrace.schemas.config.ModelCapabilities;
import io.millrace.schemas.config.PriceConfig;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostTest {

  /** in 3, out 15, cached 0.3, write 3.75; above 200,000: in 6, out 22.5, cached 0.6. */
  private static final PriceConfig TIERED =
      price("3", "15", "0.3", "3.75", tier(200_000, "6", "22.5", "0.6"));

  /** The same, and 6 for writes that live for an hour. */
  private static final PriceConfig WITH_LONG_WRITES =
      price("3", "15", "0.3", "3.75", "6", tier(200_000, "6", "22.5", "0.6"));

  /** in 0.15, out 0.6 and nothing else known. */
  private static final PriceConfig PLAIN = price("0.15", "0.6", null, null, null);

  @ParameterizedTest
  @CsvSource({
    // input, cached, written, output, USD
    "0,       0,      0,      0,    0.000000000000",
    "1,       0,      0,      0,    0.000003000000",
    "0,       0,      0,      1,    0.000015000000",
    "1000,    0,      0,      100,  0.004500000000",
    "1000,    400,    0,      100,  0.003420000000",
    "1000,    400,    600,    100,  0.003870000000",
    "200000,  0,      0,      1000, 0.615000000000",
    "200001,  0,      0,      1000, 1.222506000000",
    "200001,  200000, 0,      1000, 0.142506000000",
    "200001,  0,      200001, 1000, 1.522507500000",
  })
  void shouldChargeEachKindOfTokenWhenThePriceHasTiers(
      long input, long cached, long written, long output, BigDecimal usd) {
    // Then
    assertThat(Cost.of(TIERED, usage(input, cached, written, output))).isEqualTo(usd);
  }

  @ParameterizedTest
  @CsvSource({
    "1000,          400, 600, 100,           0.000210000000",
    "1,             0,   0,   1,             0.000000750000",
    "4000000000000, 0,   0,   3000000000000, 2400000.000000000000",
  })
  void shouldChargeAllInputAlikeWhenOnlyPlainPricesAreKnown(
      long input, long cached, long written, long output, BigDecimal usd) {
    // Then
    assertThat(Cost.of(PLAIN, usage(input, cached, written, output))).isEqualTo(usd);
  }

  @ParameterizedTest
  @CsvSource({
    // input, cached, written, of which long, USD
    "1000,    0,      1000,    0,       0.003750000000",
    "1000,    0,      1000,    1000,    0.006000000000",
    "1000,    100,    600,     200,     0.003630000000",
    "1000,    0,      200,     500,     0.003600000000",
    "1000,    0,      200,     -7,      0.003150000000",
    "200001,  0,      200001,  200001,  2.400012000000",
  })
  void shouldChargeWhatLivesLongerAtItsOwnPrice(
      long input, long cached, long written, long writtenLong, BigDecimal usd) {
    // Then
    assertThat(Cost.of(WITH_LONG_WRITES, usage(input, cached, written, writtenLong, 0)))
        .isEqualTo(usd);
  }

  @Test
  void shouldChargeLongWritesAsAnyWriteWhenTheirPriceIsUnknown() {
    // Then
    assertThat(Cost.of(TIERED, usage(1000, 0, 1000, 1000, 0))).isEqualTo("0.003750000000");
    assertThat(Cost.of(PLAIN, usage(1000, 0, 1000, 1000, 0))).isEqualTo("0.000150000000");
  }

  @Test
  void shouldHoldLongWritesWhenTheyAreTheDearestInput() {
    // Then
    assertThat(Cost.worstCase(WITH_LONG_WRITES, 1000, 100)).isEqualTo("0.007500000000");
    assertThat(Cost.worstCase(WITH_LONG_WRITES, 200_001, 0)).isEqualTo("2.400012000000");
  }

  @Test
  void shouldNotChargeLessThanNothingWhenAProviderReportsMoreCachedThanInput() {
    // Then
    assertThat(Cost.of(TIERED, usage(100, 150, 70, 0))).isEqualTo("0.000030000000");
    assertThat(Cost.of(TIERED, usage(-5, -1, -1, -9))).isEqualByComparingTo("0");
  }

  @Test
  void shouldRoundOnceWhenAPriceHasMoreThanSixDecimals() {
    // Given
    var fine = price("0.0000004", "0.0000004", null, null, null);

    // Then
    assertThat(Cost.of(fine, usage(1, 0, 0, 0))).isEqualTo("0.000000000000");
    assertThat(Cost.of(fine, usage(1, 0, 0, 1))).isEqualTo("0.000000000001");
    assertThat(Cost.worstCase(fine, 1, 0)).isEqualTo("0.000000000001");
  }

  @ParameterizedTest
  @CsvSource({
    // inputMax, outputMax, USD: every input token at the write price 3.75, or 7.5 when long
    "0,      0,    0.000000000000",
    "1000,   100,  0.005250000000",
    "200000, 1000, 0.765000000000",
    "200001, 1000, 1.522507500000",
  })
  void shouldHoldTheDearestWhenThePriceHasTiers(long inputMax, long outputMax, BigDecimal usd) {
    // Then
    assertThat(Cost.worstCase(TIERED, inputMax, outputMax)).isEqualTo(usd);
  }

  @Test
  void shouldHoldTheShortTierWhenLongInputIsCheaper() {
    // Given
    var rebate = price("10", "20", null, null, tier(1000, "1", "2", null));

    // Then
    assertThat(Cost.worstCase(rebate, 1001, 100)).isEqualTo("0.012000000000");
  }

  @Test
  void shouldCoverEveryCostWhenUsageStaysWithinTheBounds() {
    // Given
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261121);
    var prices = new ArrayList<>(PriceCatalogue.shipped().all());
    prices.addAll(List.of(TIERED, PLAIN, WITH_LONG_WRITES));
    for (int i = 0; i < 20_000; i++) {
      var price = prices.get(random.nextInt(prices.size()));
      long inputMax = random.nextLong(500_000);
      long outputMax = random.nextLong(200_000);

      // When
      var held = Cost.worstCase(price, inputMax, outputMax);

      // Then
      assertThat(Cost.of(price, anyUsage(random, inputMax, outputMax)))
          .as("%s/%s, run %d", price.provider(), price.model(), i)
          .isLessThanOrEqualTo(held);
    }
  }

  private static Usage anyUsage(RandomGenerator random, long inputMax, long outputMax) {
    long input = random.nextLong(inputMax + 1);
    return usage(
        input,
        random.nextLong(input + 1),
        random.nextLong(input + 1),
        random.nextLong(input + 1),
        random.nextLong(outputMax + 1));
  }

  private static Usage usage(long input, long cached, long written, long output) {
    return usage(input, cached, written, 0, output);
  }

  private static Usage usage(long input, long cached, long written, long writtenLong, long output) {
    return Usage.newBuilder()
        .setInputTokens(input)
        .setCachedInputTokens(cached)
        .setCacheWriteTokens(written)
        .setCacheWriteLongTokens(writtenLong)
        .setOutputTokens(output)
        .build();
  }

  private static PriceConfig price(
      String input,
      String output,
      @Nullable String cached,
      @Nullable String written,
      @Nullable LongContextPrice longContext) {
    return price(input, output, cached, written, null, longContext);
  }

  private static PriceConfig price(
      String input,
      String output,
      @Nullable String cached,
      @Nullable String written,
      @Nullable String writtenLong,
      @Nullable LongContextPrice longContext) {
    return new PriceConfig(
        "test",
        "model",
        LocalDate.EPOCH,
        new BigDecimal(input),
        new BigDecimal(output),
        cached == null ? null : new BigDecimal(cached),
        written == null ? null : new BigDecimal(written),
        writtenLong == null ? null : new BigDecimal(writtenLong),
        null,
        null,
        longContext,
        0,
        0,
        ModelCapabilities.UNKNOWN);
  }

  private static LongContextPrice tier(
      int above, String input, String output, @Nullable String cached) {
    return new LongContextPrice(
        above,
        new BigDecimal(input),
        new BigDecimal(output),
        cached == null ? null : new BigDecimal(cached));
  }
}

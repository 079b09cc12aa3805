package io.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.Usage;
import io.millrace.schemas.config.LongContextPrice;
import io.millrace.schemas.config.PriceConfig;
import java.math.BigDecimal;
import java.time.LocalDate;
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
    var prices = PriceCatalogue.shipped().with(List.of(TIERED, PLAIN)).all();
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
        random.nextLong(outputMax + 1));
  }

  private static Usage usage(long input, long cached, long written, long output) {
    return Usage.newBuilder()
        .setInputTokens(input)
        .setCachedInputTokens(cached)
        .setCacheWriteTokens(written)
        .setOutputTokens(output)
        .build();
  }

  private static PriceConfig price(
      String input,
      String output,
      @Nullable String cached,
      @Nullable String written,
      @Nullable LongContextPrice longContext) {
    return new PriceConfig(
        "test",
        "model-" + input,
        LocalDate.EPOCH,
        new BigDecimal(input),
        new BigDecimal(output),
        cached == null ? null : new BigDecimal(cached),
        written == null ? null : new BigDecimal(written),
        null,
        null,
        longContext,
        0,
        0);
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

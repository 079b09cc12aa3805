package io.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schemas.config.PriceConfig;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Holds the catalogue that ships against lists of what it must know. */
class ShippedPricesTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Path FACTS = Path.of("../../shared/contracts/prices.json");

  /** A source's silence about these is no statement: their makers document schemas in general. */
  private static final Set<String> SCHEMA_UNSAID =
      Set.of("cohere", "perplexity", "together", "xai");

  private final PriceCatalogue shipped = PriceCatalogue.shipped();

  @ParameterizedTest(name = "{0} {1}")
  @CsvFileSource(resources = "/shipped-models.csv", numLinesToSkip = 1)
  void shouldKnowEveryModelWithItsPricesAndLimits(
      String provider,
      String model,
      BigDecimal input,
      BigDecimal output,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite,
      @Nullable BigDecimal cacheWriteLong,
      @Nullable BigDecimal batchInput,
      @Nullable BigDecimal batchOutput,
      @Nullable Integer contextWindow,
      @Nullable Integer outputMax) {
    // When
    var price = shipped.find(provider, model, NOW).orElseThrow();

    // Then
    assertSame(price.inputUsdPerMTok(), input);
    assertSame(price.outputUsdPerMTok(), output);
    assertSame(price.cachedInputUsdPerMTok(), cachedInput);
    assertSame(price.cacheWriteUsdPerMTok(), cacheWrite);
    assertSame(price.cacheWriteLongUsdPerMTok(), cacheWriteLong);
    assertSame(price.batchInputUsdPerMTok(), batchInput);
    assertSame(price.batchOutputUsdPerMTok(), batchOutput);
    assertThat(price.contextWindow()).isEqualTo(contextWindow == null ? 0 : contextWindow);
    assertThat(price.outputMax()).isEqualTo(outputMax == null ? 0 : outputMax);
  }

  private static void assertSame(@Nullable BigDecimal shipped, @Nullable BigDecimal expected) {
    if (expected == null) {
      assertThat(shipped).isNull();
    } else {
      assertThat(shipped).isEqualByComparingTo(expected);
    }
  }

  @Test
  void shouldAgreeWithTheFactsWhenTheyAreBesideTheRepository() throws IOException {
    assumeTrue(Files.exists(FACTS), "no list of facts");
    // Given
    var facts =
        new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .readTree(FACTS.toFile())
            .path("models");
    assertThat(facts).hasSizeGreaterThan(100);
    var softly = new SoftAssertions();

    // Then
    for (var fact : facts) {
      var name = fact.path("provider").asText() + " " + fact.path("id").asText();
      var price = shipped.find(fact.path("provider").asText(), fact.path("id").asText(), NOW);
      softly.assertThat(price).as(name).isPresent();
      price.ifPresent(known -> compare(softly, name, fact, known));
    }
    softly.assertAll();
  }

  private static void compare(
      SoftAssertions softly, String name, JsonNode fact, PriceConfig price) {
    same(softly, name + " in", fact.path("in"), price.inputUsdPerMTok());
    same(softly, name + " out", fact.path("out"), price.outputUsdPerMTok());
    same(softly, name + " cache read", fact.path("cache_read"), price.cachedInputUsdPerMTok());
    same(
        softly,
        name + " long write",
        fact.path("cache_write_1h"),
        price.cacheWriteLongUsdPerMTok());
    same(softly, name + " batch in", fact.path("batch_in"), price.batchInputUsdPerMTok());
    same(softly, name + " batch out", fact.path("batch_out"), price.batchOutputUsdPerMTok());
    softly.assertThat(price.contextWindow()).as(name).isEqualTo(fact.path("ctx").asInt());
    softly.assertThat(price.outputMax()).as(name).isEqualTo(fact.path("max_out").asInt());
    var longTier = price.longContext();
    softly.assertThat(longTier != null).as(name).isEqualTo(fact.hasNonNull("long"));
    if (longTier != null) {
      var told = fact.path("long");
      softly.assertThat(longTier.aboveTokens()).as(name).isEqualTo(told.path("above").asInt());
      same(softly, name + " long in", told.path("in"), longTier.inputUsdPerMTok());
      same(softly, name + " long out", told.path("out"), longTier.outputUsdPerMTok());
      same(softly, name + " long read", told.path("cache_read"), longTier.cachedInputUsdPerMTok());
    }
    var can = price.capabilities();
    var provider = fact.path("provider").asText();
    boolean isSchemaUnsaid =
        SCHEMA_UNSAID.contains(provider) && !fact.path("json_schema").asBoolean();
    boolean isVisionUnsaid = provider.equals("perplexity");
    softly.assertThat(can.tools()).as(name + " tools").isEqualTo(flag(fact.path("tools")));
    softly
        .assertThat(can.vision())
        .as(name + " vision")
        .isEqualTo(isVisionUnsaid ? null : flag(fact.path("vision")));
    softly
        .assertThat(can.jsonSchema())
        .as(name + " schema")
        .isEqualTo(isSchemaUnsaid ? null : flag(fact.path("json_schema")));
    softly
        .assertThat(can.reasoning())
        .as(name + " reasoning")
        .isEqualTo(flag(fact.path("reasoning")));
  }

  private static @Nullable Boolean flag(JsonNode fact) {
    return fact.isBoolean() ? fact.booleanValue() : null;
  }

  private static void same(
      SoftAssertions softly, String name, JsonNode fact, @Nullable BigDecimal shipped) {
    if (fact.isNumber()) {
      softly.assertThat(shipped).as(name).isNotNull();
      if (shipped != null) {
        softly.assertThat(shipped).as(name).isEqualByComparingTo(fact.decimalValue());
      }
    } else {
      softly.assertThat(shipped).as(name).isNull();
    }
  }
}

package io.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNamesTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "gpt-4o-mini-2024-07-18, gpt-4o-mini",
    "gpt-3.5-turbo-0125, gpt-3.5-turbo",
    "claude-opus-4-5-20251101, claude-opus-4-5",
    "claude-sonnet-4-5@20250929, claude-sonnet-4-5",
    "claude-sonnet-4-5-latest, claude-sonnet-4-5",
    "gemini-2.5-flash-001, gemini-2.5-flash",
    "gemini-2.5-pro-preview-05-06, gemini-2.5-pro",
    "models/gemini-2.5-pro, gemini-2.5-pro",
    "publishers/google/models/gemini-2.5-pro, gemini-2.5-pro",
    "us.anthropic.claude-haiku-4-5-20251001-v1:0, anthropic.claude-haiku-4-5-20251001-v1:0",
    "eu.anthropic.claude-sonnet-4-6-20260115-v1:0, anthropic.claude-sonnet-4-6",
    "global.amazon.nova-2-lite-v1:0, amazon.nova-2-lite-v1:0",
    "us-gov.amazon.nova-pro-v1:0, amazon.nova-pro-v1:0",
    "amazon.nova-lite-v1:0:300k, amazon.nova-lite-v1:0",
    "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0,"
        + " amazon.nova-pro-v1:0",
    "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0, amazon.nova-pro-v1:0",
  })
  void shouldKnowTheModelBehindAReleaseRegionOrPath(String model, String base) {
    // Then
    assertThat(ModelNames.of(model)).startsWith(model).contains(base);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-4o",
        "o3",
        "grok-code-fast-1",
        "claude-opus-4-8",
        "embed-english-v3.0",
        "openai/gpt-oss-120b",
        "deepseek-ai/DeepSeek-V3.1",
        "ft:gpt-4o-mini-2024-07-18:acme::abc123",
        "llama-3.3-70b-versatile",
        "gpt-4o-audio-preview",
      })
  void shouldLeaveTheNameAloneWhenNothingOfItIsARelease(String model) {
    // Then
    assertThat(ModelNames.of(model)).containsExactly(model);
  }

  @ParameterizedTest
  @CsvSource({
    "openai, gpt-4o-2024-08-06, 2.5",
    "openai, gpt-4o-2024-05-13, 5",
    "anthropic, claude-opus-4-5-20251101, 5",
    "gemini, gemini-embedding-001, 0.15",
    "bedrock, us.anthropic.claude-opus-5-20260801-v1:0, 5",
    "mistral, mistral-large-2512, 0.5",
  })
  void shouldPriceAReleaseAsItsModelUnlessItHasAPriceOfItsOwn(
      String provider, String model, String inputUsdPerMTok) {
    // Given
    var prices = new TargetPrices(PriceCatalogue.shipped(), Map.of());

    // When
    var price = prices.find(provider, model, NOW).orElseThrow();

    // Then
    assertThat(price.inputUsdPerMTok()).isEqualByComparingTo(inputUsdPerMTok);
  }

  @ParameterizedTest
  @CsvSource({
    "openai, ft:gpt-4o-mini-2024-07-18:acme::abc123",
    "anthropic, claude-opus-4-20250514",
    "openai, gpt-4o-audio-preview-2024-12-17",
    "bedrock, arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc",
  })
  void shouldNotGuessWhenItIsAnotherModel(String provider, String model) {
    // Given
    var prices = new TargetPrices(PriceCatalogue.shipped(), Map.of());

    // Then
    assertThat(prices.find(provider, model, NOW)).isEmpty();
  }
}

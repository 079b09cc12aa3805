package io.millrace.standalone.prices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.bootstrap.ConfigException;
import io.millrace.bootstrap.ConfigLoader;
import io.millrace.dispatcher.PriceCatalogue;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.PriceConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiteLlmFileTest {

  private static final LocalDate DAY = LocalDate.parse("2026-10-01");

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldTakeEveryFieldOfAChatModelExactly() throws IOException {
    // Given
    var file =
        write(
            """
            {"sample_spec": {"litellm_provider": "one of …", "input_cost_per_token": 0.0},
             "claude-sonnet-4-5": {
               "litellm_provider": "anthropic", "mode": "chat",
               "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05,
               "cache_read_input_token_cost": 3e-07,
               "cache_creation_input_token_cost": 3.75e-06,
               "cache_creation_input_token_cost_above_1hr": 6e-06,
               "cache_creation_input_token_cost_above_200k_tokens": 7.5e-06,
               "input_cost_per_token_above_200k_tokens": 6e-06,
               "output_cost_per_token_above_200k_tokens": 2.25e-05,
               "cache_read_input_token_cost_above_200k_tokens": 6e-07,
               "input_cost_per_token_batches": 1.5e-06, "output_cost_per_token_batches": 7.5e-06,
               "max_input_tokens": 200000, "max_output_tokens": 64000, "max_tokens": 64000,
               "supports_function_calling": true, "supports_vision": true,
               "supports_response_schema": true, "supports_reasoning": true,
               "supports_audio_input": false, "supports_pdf_input": true}}
            """);

    // When
    var read = LiteLlmFile.read(file, DAY);

    // Then
    assertThat(read.skipped()).isEmpty();
    assertThat(PricesYaml.of(read.prices()))
        .isEqualTo(
            """
            prices:
              - provider: "anthropic"
                model: "claude-sonnet-4-5"
                validFrom: 2026-10-01
                inputUsdPerMTok: "3"
                outputUsdPerMTok: "15"
                cachedInputUsdPerMTok: "0.3"
                cacheWriteUsdPerMTok: "3.75"
                cacheWriteLongUsdPerMTok: "6"
                batchInputUsdPerMTok: "1.5"
                batchOutputUsdPerMTok: "7.5"
                longContext:
                  aboveTokens: 200000
                  inputUsdPerMTok: "6"
                  outputUsdPerMTok: "22.5"
                  cachedInputUsdPerMTok: "0.6"
                contextWindow: 200000
                outputMax: 64000
                capabilities: {tools: true, vision: true, jsonSchema: true, reasoning: true, audio: false, files: true}
            """);
  }

  @Test
  void shouldBeReadBackByTheConfigurationAsItWas() throws IOException {
    // Given
    var file =
        write(
            """
            {"odd \\"name\\" \\\\ $x": {"litellm_provider": "openai", "mode": "chat",
               "input_cost_per_token": 0.000000123456789012, "output_cost_per_token": "2e-7",
               "max_input_tokens": 8192.0, "max_output_tokens": "4096"},
             "text-embedding-3-small": {"litellm_provider": "openai", "mode": "embedding",
               "input_cost_per_token": 2e-08, "max_input_tokens": 8191}}
            """);
    var read = LiteLlmFile.read(file, LocalDate.EPOCH);

    // When
    var config =
        new ConfigLoader(Map.of())
            .parse(PricesYaml.of(read.prices()), "imported", MillraceConfig.class);

    // Then
    assertThat(config.prices()).isEqualTo(read.prices());
    assertThat(config.prices().getFirst().inputUsdPerMTok()).isEqualTo("0.123456789012");
    assertThat(config.prices().getFirst().contextWindow()).isEqualTo(8192);
    assertThat(config.prices().getFirst().outputMax()).isEqualTo(4096);
    assertThat(config.prices().getLast().outputUsdPerMTok()).isZero();
    assertThat(PriceCatalogue.shipped().with(config.prices()).all()).containsAll(read.prices());
  }

  @ParameterizedTest
  @CsvSource({
    // LiteLLM's key and provider, ours
    "gpt-4o, openai, openai, gpt-4o",
    "azure/gpt-4o, azure, azure, gpt-4o",
    "azure/eu/gpt-4o, azure, azure, eu/gpt-4o",
    "gemini/gemini-2.5-pro, gemini, gemini, gemini-2.5-pro",
    "gemini-2.5-pro, vertex_ai-language-models, vertex, gemini-2.5-pro",
    "vertex_ai/claude-opus-5, vertex_ai-anthropic_models, vertex, claude-opus-5",
    "us.amazon.nova-pro-v1:0, bedrock_converse, bedrock, us.amazon.nova-pro-v1:0",
    "together_ai/meta-llama/Llama-3, together_ai, together, meta-llama/Llama-3",
    "groq/openai/gpt-oss-20b, groq, groq, openai/gpt-oss-20b",
    "command-a-03-2025, cohere_chat, cohere, command-a-03-2025",
  })
  void shouldCallProviderAndModelAsWeDo(
      String key, String provider, String ourProvider, String ourModel) throws IOException {
    // Given
    var file =
        write(
            """
            {"%s": {"litellm_provider": "%s", "mode": "chat",
              "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}}
            """
                .formatted(key, provider));

    // When
    var read = LiteLlmFile.read(file, DAY);

    // Then
    assertThat(read.prices())
        .singleElement()
        .extracting(PriceConfig::provider, PriceConfig::model)
        .containsExactly(ourProvider, ourModel);
  }

  @Test
  void shouldNameWhatItCannotUseAndWhy() throws IOException {
    // Given
    var file =
        write(
            """
            {"fine": {"litellm_provider": "openai", "input_cost_per_token": 1e-6, "output_cost_per_token": 0},
             "dall-e": {"litellm_provider": "openai", "mode": "image_generation"},
             "homeless": {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
             "free?": {"litellm_provider": "openai", "mode": "chat"},
             "half": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-6},
             "below": {"litellm_provider": "openai", "input_cost_per_token": -1, "output_cost_per_token": 1},
             "huge": {"litellm_provider": "openai", "input_cost_per_token": 1e999999999, "output_cost_per_token": 1},
             "wordy": {"litellm_provider": "openai", "input_cost_per_token": "cheap", "output_cost_per_token": 1},
             "listed": {"litellm_provider": "openai", "input_cost_per_token": [1], "output_cost_per_token": 1},
             "text": "what",
             "openai/fine": {"litellm_provider": "openai", "input_cost_per_token": 9e-6, "output_cost_per_token": 0}}
            """);

    // When
    var read = LiteLlmFile.read(file, DAY);

    // Then
    assertThat(read.prices()).extracting(PriceConfig::model).containsExactly("fine");
    assertThat(read.skipped())
        .containsExactly(
            "dall-e: mode image_generation",
            "homeless: no litellm_provider",
            "free?: no input_cost_per_token",
            "half: no output_cost_per_token",
            "below: input_cost_per_token is negative",
            "huge: input_cost_per_token has too many digits",
            "wordy: input_cost_per_token is no number",
            "listed: input_cost_per_token is no number",
            "text: not an object",
            "openai/fine: openai has the model already");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [1, 2]                  | no JSON object
          {"a": {                 | not a LiteLLM price file
          prices: []              | not a LiteLLM price file
          {}                      | no entry can be used
          {"a": {"mode": "chat"}} | no entry can be used
          """)
  void shouldRefuseAFileThatIsNone(String content, String problem) throws IOException {
    // Given
    var file = write(content);

    // Then
    assertThatThrownBy(() -> LiteLlmFile.read(file, DAY))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(problem);
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("prices.json"), content);
  }
}

package io.millrace.standalone.prices;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.config.LongContextPrice;
import io.millrace.schemas.config.ModelCapabilities;
import io.millrace.schemas.config.PriceConfig;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One model of a LiteLLM price file. Its amounts are USD for one token; all are taken as the exact
 * decimals that the file writes. A field that is absent is unknown, a capability above all: the
 * file hardly ever says that a model cannot do something.
 */
final class LiteLlmEntry {

  private static final int DECIMALS_OF_MILLION = 6;
  private static final int TOKENS_PER_K = 1_000;

  /** Digits before and after the point that no price has: 1e999999999 would fill the memory. */
  private static final int DIGITS_MAX = 30;

  private static final Set<String> MODES = Set.of("chat", "completion", "responses", "embedding");
  private static final Pattern LONG_CONTEXT =
      Pattern.compile("input_cost_per_token_above_(\\d{1,6})k_tokens");

  /** Its name of a provider → ours, where they differ. */
  private static final Map<String, String> PROVIDERS =
      Map.ofEntries(
          Map.entry("azure_ai", "azure"),
          Map.entry("bedrock_converse", "bedrock"),
          Map.entry("cohere_chat", "cohere"),
          Map.entry("codestral", "mistral"),
          Map.entry("text-completion-openai", "openai"),
          Map.entry("text-completion-codestral", "mistral"),
          Map.entry("together_ai", "together"));

  private final String key;
  private final JsonNode fields;

  LiteLlmEntry(String key, JsonNode fields) {
    this.key = key;
    this.fields = fields;
  }

  /** What makes an entry useless here. */
  static final class Unusable extends Exception {

    private static final long serialVersionUID = 1;

    Unusable(String why) {
      super(why);
    }
  }

  /** The entry in our words. */
  PriceConfig price(LocalDate validFrom) throws Unusable {
    if (!fields.isObject()) {
      throw new Unusable("not an object");
    }
    var told = fields.path("litellm_provider").asText();
    if (told.isBlank()) {
      throw new Unusable("no litellm_provider");
    }
    var mode = fields.path("mode").asText("chat");
    if (!MODES.contains(mode)) {
      throw new Unusable("mode " + mode);
    }
    var input = amount("input_cost_per_token");
    if (input == null) {
      throw new Unusable("no input_cost_per_token");
    }
    boolean isEmbedding = mode.equals("embedding");
    var output = amount("output_cost_per_token");
    if (output == null && !isEmbedding) {
      throw new Unusable("no output_cost_per_token");
    }
    return new PriceConfig(
        provider(told),
        model(told),
        validFrom,
        input,
        output == null ? BigDecimal.ZERO : output,
        amount("cache_read_input_token_cost"),
        amount("cache_creation_input_token_cost"),
        amount("cache_creation_input_token_cost_above_1hr"),
        amount("input_cost_per_token_batches"),
        amount("output_cost_per_token_batches"),
        longContext(output),
        count("max_input_tokens"),
        isEmbedding ? 0 : count("max_output_tokens"),
        capabilities());
  }

  /** The families of Vertex are one provider here: vertex_ai-language-models and others. */
  private static String provider(String told) {
    return told.startsWith("vertex_ai") ? "vertex" : PROVIDERS.getOrDefault(told, told);
  }

  /** Without the provider in front, which the file puts there for most. */
  private String model(String told) {
    var family = told.startsWith("vertex_ai") ? "vertex_ai" : told;
    for (var prefix : List.of(told, family, provider(told))) {
      if (key.startsWith(prefix + "/")) {
        return key.substring(prefix.length() + 1);
      }
    }
    return key;
  }

  private @Nullable BigDecimal amount(String field) throws Unusable {
    var value = fields.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isNumber() && !value.isTextual()) {
      throw new Unusable(field + " is no number");
    }
    try {
      var usd = value.isNumber() ? value.decimalValue() : new BigDecimal(value.textValue().strip());
      if (usd.signum() < 0) {
        throw new Unusable(field + " is negative");
      }
      if (Math.abs((long) usd.scale()) > DIGITS_MAX || usd.precision() > DIGITS_MAX) {
        throw new Unusable(field + " has too many digits");
      }
      var perMillion = usd.scaleByPowerOfTen(DECIMALS_OF_MILLION).stripTrailingZeros();
      return perMillion.scale() < 0 ? perMillion.setScale(0) : perMillion;
    } catch (NumberFormatException e) {
      throw new Unusable(field + " is no number");
    }
  }

  /** The tier for long input; two of them cannot be said here. */
  private @Nullable LongContextPrice longContext(@Nullable BigDecimal output) throws Unusable {
    var tiers = new TreeMap<Integer, String>();
    for (var names = fields.fieldNames(); names.hasNext(); ) {
      var name = LONG_CONTEXT.matcher(names.next());
      if (name.matches() && fields.hasNonNull(name.group())) {
        tiers.put(Integer.parseInt(name.group(1)) * TOKENS_PER_K, name.group(1));
      }
    }
    if (tiers.isEmpty()) {
      return null;
    }
    if (tiers.size() > 1) {
      throw new Unusable("more than one long-context tier");
    }
    var tier = tiers.firstEntry();
    var suffix = "_above_" + tier.getValue() + "k_tokens";
    var input = amount("input_cost_per_token" + suffix);
    var longOutput = amount("output_cost_per_token" + suffix);
    if (input == null) {
      return null;
    }
    return new LongContextPrice(
        tier.getKey(),
        input,
        longOutput != null ? longOutput : output == null ? BigDecimal.ZERO : output,
        amount("cache_read_input_token_cost" + suffix));
  }

  /** Zero, for unknown, when it is no count. The file sometimes writes 8192.0 or text. */
  private int count(String field) {
    var value = fields.path(field);
    try {
      var number =
          value.isNumber()
              ? value.decimalValue()
              : new BigDecimal(value.isTextual() ? value.textValue().strip() : "0");
      return number.scale() < -DIGITS_MAX ? 0 : Math.max(0, number.intValueExact());
    } catch (ArithmeticException | NumberFormatException e) {
      return 0;
    }
  }

  private ModelCapabilities capabilities() {
    return new ModelCapabilities(
        flag("supports_function_calling"),
        flag("supports_vision"),
        flag("supports_response_schema"),
        flag("supports_reasoning"),
        flag("supports_audio_input"),
        flag("supports_pdf_input"));
  }

  private @Nullable Boolean flag(String field) {
    var value = fields.path(field);
    return value.isBoolean() ? value.booleanValue() : null;
  }
}

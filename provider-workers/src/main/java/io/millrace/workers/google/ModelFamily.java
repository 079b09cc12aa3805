package io.millrace.workers.google;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a model's name says of how it thinks. Gemini 2.5 takes a budget of LLM tokens, Gemini 3 and
 * later a level; earlier ones and other models do not think.
 *
 * @param version major times 100 plus minor; 0 of a model that is no Gemini
 */
record ModelFamily(int version, boolean isPro) {

  private static final Pattern NUMBERED = Pattern.compile("gemini-(\\d{1,3})(?:\\.(\\d{1,2}))?");
  private static final int GEMINI_2_5 = 205;
  private static final int GEMINI_3 = 300;

  /** The least that Gemini 2.5 Pro thinks: it cannot be told not to. */
  private static final int PRO_BUDGET_MIN = 128;

  static ModelFamily of(String model) {
    boolean isPro = model.contains("-pro");
    var numbered = NUMBERED.matcher(model);
    if (numbered.find()) {
      var minor = numbered.group(2) == null ? 0 : Integer.parseInt(numbered.group(2));
      return new ModelFamily(Integer.parseInt(numbered.group(1)) * 100 + minor, isPro);
    }
    boolean isNewest = model.contains("gemini-") && model.endsWith("-latest");
    return new ModelFamily(isNewest ? GEMINI_3 : 0, isPro);
  }

  /** True when a function call of an earlier turn must come back with a signature. */
  boolean wantsSignatures() {
    return version >= GEMINI_3;
  }

  /** The thinkingConfig for OpenAI's reasoning effort; empty when the model has none. */
  Optional<ObjectNode> thinking(String effort) {
    var config = Json.MAPPER.createObjectNode();
    if (version >= GEMINI_3) {
      return level(effort).map(level -> config.put("thinkingLevel", level));
    }
    return version >= GEMINI_2_5
        ? budget(effort).map(tokens -> config.put("thinkingBudget", tokens))
        : Optional.empty();
  }

  private Optional<String> level(String effort) {
    return switch (effort) {
      // Pro models have no level below low.
      case "none", "minimal" -> Optional.of(isPro ? "LOW" : "MINIMAL");
      case "low" -> Optional.of("LOW");
      // The first Gemini 3 Pro knew low and high only.
      case "medium" -> Optional.of(isPro && version == GEMINI_3 ? "HIGH" : "MEDIUM");
      case "high", "xhigh", "max" -> Optional.of("HIGH");
      default -> Optional.empty();
    };
  }

  /** The budgets of Google's own OpenAI-compatible face. */
  private Optional<Integer> budget(String effort) {
    return switch (effort) {
      case "none" -> Optional.of(isPro ? PRO_BUDGET_MIN : 0);
      case "minimal", "low" -> Optional.of(1024);
      case "medium" -> Optional.of(8192);
      case "high", "xhigh", "max" -> Optional.of(24_576);
      default -> Optional.empty();
    };
  }
}

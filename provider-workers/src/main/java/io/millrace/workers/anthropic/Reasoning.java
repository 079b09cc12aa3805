package io.millrace.workers.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import org.jspecify.annotations.Nullable;

/**
 * How much a model is to think.
 *
 * @param thinking Anthropic's field of that name; absent when it is left to the model
 * @param effort Anthropic's word; absent when it is left to the model
 * @param tokens to allow for it in an answer whose client set no limit
 */
record Reasoning(@Nullable ObjectNode thinking, @Nullable String effort, long tokens) {

  private static final Reasoning UNSAID = new Reasoning(null, null, 0);

  /** Anthropic allows no smaller budget. */
  private static final long BUDGET_MIN = 1024;

  /**
   * What the client asks for, in its own words or Anthropic's.
   *
   * @param isToolForced an answer that must call a tool may not be thought about
   * @param lacksThoughts a tool loop under way whose thoughts the client has not kept; models with
   *     a budget refuse to think on
   */
  static Reasoning of(
      ChatBody chat,
      ClaudeModel model,
      boolean isToolForced,
      boolean lacksThoughts,
      ParameterCheck check) {
    var fields = chat.fields();
    var asked = chat.text("reasoning_effort").orElse("");
    var effort = asked.isEmpty() || !model.takesEffort() ? null : effortOf(asked, model);
    if (fields.get("thinking") instanceof ObjectNode own) {
      return new Reasoning(own, effort, own.path("budget_tokens").asLong(tokensOf(asked)));
    }
    if (asked.isEmpty()) {
      return UNSAID;
    }
    if (asked.equals("none")) {
      return model.thinking() == ClaudeModel.Thinking.ADAPTIVE
          ? new Reasoning(typed("disabled"), null, 0)
          : UNSAID;
    }
    return switch (model.thinking()) {
      case ADAPTIVE ->
          new Reasoning(isToolForced ? null : typed("adaptive"), effort, tokensOf(asked));
      case BUDGET -> {
        long budget = budgetOf(chat, asked);
        if (!isToolForced && !lacksThoughts && budget >= BUDGET_MIN) {
          yield new Reasoning(
              typed("enabled").put("budget_tokens", budget), effort, tokensOf(asked));
        }
        if (effort == null) {
          check.unsupported(fields, "reasoning_effort");
        }
        yield new Reasoning(null, effort, 0);
      }
      case NONE -> {
        check.unsupported(fields, "reasoning_effort");
        yield UNSAID;
      }
    };
  }

  boolean isThinking() {
    return thinking != null && !thinking.path("type").asText().equals("disabled");
  }

  void write(ObjectNode body) {
    if (thinking != null) {
      body.set("thinking", thinking);
    }
    if (effort != null) {
      body.withObjectProperty("output_config").put("effort", effort);
    }
  }

  private static ObjectNode typed(String type) {
    return Json.MAPPER.createObjectNode().put("type", type);
  }

  private static @Nullable String effortOf(String asked, ClaudeModel model) {
    return switch (asked) {
      case "none" -> null;
      case "minimal", "low" -> "low";
      case "xhigh" -> model.takesExtraHighEffort() ? "xhigh" : "high";
      // The first model that knew of effort knew of no maximum.
      case "max" -> model.thinking() == ClaudeModel.Thinking.ADAPTIVE ? "max" : "high";
      case "high" -> "high";
      default -> "medium";
    };
  }

  private static long tokensOf(String asked) {
    return switch (asked) {
      case "", "none" -> 0;
      case "minimal" -> BUDGET_MIN;
      case "low" -> 2048;
      case "high" -> 16_384;
      case "xhigh" -> 20_480;
      case "max" -> 24_576;
      default -> 8192;
    };
  }

  /** Leaves at least half of what the client allows for the answer itself. */
  private static long budgetOf(ChatBody chat, String asked) {
    var allowed = chat.outputTokensMax();
    return allowed.isPresent()
        ? Math.min(tokensOf(asked), allowed.getAsLong() / 2)
        : tokensOf(asked);
  }
}

package io.millrace.simulator.engine;

import io.millrace.simulator.engine.Verdict.Ending;
import io.millrace.simulator.engine.Verdict.ToolUse;
import io.millrace.simulator.script.Behaviour;
import io.millrace.simulator.script.Extras;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One answer's content.
 *
 * @param reasoningTokens part of the output tokens, whether shown or not
 */
record Composed(
    AnswerText text,
    AnswerText reasoning,
    List<ToolUse> toolUses,
    Ending ending,
    String stopSequence,
    int reasoningTokens,
    int outputTokens) {
  private static final int BYTES_PER_TOKEN = 4;
  private static final String ANY_OBJECT = "{\"answer\": \"water\"}";

  static Composed of(CallFacts facts, Behaviour behaviour, Draws draws) {
    int reasoningTokens = Math.min(behaviour.extras().reasoningTokens(), facts.outputTokensMax());
    int tokensMax = facts.outputTokensMax() - reasoningTokens;
    List<ToolUse> toolUses = toolUses(facts.asked(), behaviour.extras());
    return toolUses.isEmpty()
        ? ofText(facts, behaviour, draws, reasoningTokens, tokensMax)
        : ofTools(facts, toolUses, reasoningTokens, tokensMax);
  }

  private static Composed ofText(
      CallFacts facts, Behaviour behaviour, Draws draws, int reasoningTokens, int tokensMax) {
    double filterProbability = behaviour.extras().contentFilterProbability();
    boolean isFiltered =
        filterProbability > 0 && draws.uniform(Draws.Topic.CONTENT_FILTER) < filterProbability;
    AnswerText wanted = isFiltered ? words(facts, behaviour, draws) : text(facts, behaviour, draws);
    String stop = wanted.firstOf(facts.asked().stops());
    AnswerText stopped = stop.isEmpty() ? wanted : wanted.before(stop);
    AnswerText allowed = isFiltered ? stopped.limitedTo(stopped.words() / 2) : stopped;
    AnswerText text = allowed.limitedTo(tokensMax);
    boolean isLimited = text.words() < allowed.words();
    Ending ending = isLimited ? Ending.LENGTH : isFiltered ? Ending.CONTENT_FILTER : Ending.STOP;
    return new Composed(
        text,
        reasoning(facts, reasoningTokens),
        List.of(),
        ending,
        ending == Ending.STOP ? stop : "",
        reasoningTokens,
        text.words() + reasoningTokens);
  }

  /** A limit that does not hold the calls leaves nothing of them, as half a call is of no use. */
  private static Composed ofTools(
      CallFacts facts, List<ToolUse> toolUses, int reasoningTokens, int tokensMax) {
    int tokens = toolUses.stream().mapToInt(Composed::tokens).sum();
    boolean isLimited = tokens > tokensMax;
    return new Composed(
        AnswerText.ofWords(0),
        reasoning(facts, reasoningTokens),
        isLimited ? List.of() : toolUses,
        isLimited ? Ending.LENGTH : Ending.TOOL_CALLS,
        "",
        reasoningTokens,
        Math.min(tokens, tokensMax) + reasoningTokens);
  }

  private static AnswerText text(CallFacts facts, Behaviour behaviour, Draws draws) {
    return switch (facts.asked().format()) {
      case Asked.Format.JsonSchema wanted -> AnswerText.of(FittingDocument.of(wanted.schema()));
      case Asked.Format.JsonObject any -> AnswerText.of(ANY_OBJECT);
      case Asked.Format.Text plain -> words(facts, behaviour, draws);
    };
  }

  private static AnswerText words(CallFacts facts, Behaviour behaviour, Draws draws) {
    if (facts.outputTokensMax() == 0) {
      return AnswerText.ofWords(0);
    }
    if (behaviour.isEcho()) {
      return AnswerText.of(facts.prompt());
    }
    double sampled = draws.sample(behaviour.outputTokens(), Draws.Topic.OUTPUT_TOKENS);
    return AnswerText.ofWords(Math.clamp(Math.round(sampled), 1, Behaviour.OUTPUT_TOKENS_MAX));
  }

  private static AnswerText reasoning(CallFacts facts, int tokens) {
    return AnswerText.ofWords(facts.asked().isReasoning() ? tokens : 0);
  }

  private static List<ToolUse> toolUses(Asked asked, Extras extras) {
    if (asked.tools().isEmpty()) {
      return List.of();
    }
    int scripted = asked.isResultLast() ? 0 : extras.toolCalls();
    int calls = asked.isParallel() ? scripted : Math.min(scripted, 1);
    return switch (asked.demand()) {
      case Asked.ToolDemand.Never none -> List.of();
      case Asked.ToolDemand.Auto auto -> uses(asked.tools(), calls);
      case Asked.ToolDemand.Required required -> uses(asked.tools(), Math.max(1, calls));
      case Asked.ToolDemand.Named named ->
          uses(
              asked.tools().stream().filter(tool -> tool.name().equals(named.name())).toList(),
              Math.max(1, calls));
    };
  }

  private static List<ToolUse> uses(List<Asked.Tool> tools, int calls) {
    var uses = new ArrayList<ToolUse>();
    for (int i = 0; i < calls && !tools.isEmpty(); i++) {
      Asked.Tool tool = tools.get(i % tools.size());
      boolean isSchema = tool.parameters().isObject() && !tool.parameters().isEmpty();
      String arguments = isSchema ? FittingDocument.of(tool.parameters()) : "{}";
      uses.add(new ToolUse(newId(), tool.name(), arguments));
    }
    return List.copyOf(uses);
  }

  private static String newId() {
    var random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextInt());
  }

  private static int tokens(ToolUse use) {
    int bytes = (use.name() + use.arguments()).getBytes(StandardCharsets.UTF_8).length;
    return Math.ceilDiv(bytes, BYTES_PER_TOKEN);
  }
}

package io.millrace.simulator.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What a request asks for besides words.
 *
 * @param tools that may be called
 * @param demand whether they must be
 * @param isParallel several calls may be made in one answer
 * @param isResultLast the last message is a tool's result, so that calls are over unless demanded
 * @param format what the answer's text must be
 * @param stops sequences before which the text ends
 * @param isReasoning the answer is to show what the model thought
 */
public record Asked(
    List<Tool> tools,
    ToolDemand demand,
    boolean isParallel,
    boolean isResultLast,
    Format format,
    List<String> stops,
    boolean isReasoning) {
  /** Words, and nothing else. */
  public static final Asked TEXT =
      new Asked(List.of(), new ToolDemand.Auto(), true, false, new Format.Text(), List.of(), false);

  public Asked {
    tools = List.copyOf(tools);
    stops = List.copyOf(stops);
  }

  /** A tool with the JSON schema of its arguments, which is missing when there is none. */
  public record Tool(String name, JsonNode parameters) {}

  /** Whether tools are called. */
  public sealed interface ToolDemand {
    /** As the script says. */
    record Auto() implements ToolDemand {}

    /** Never. */
    record Never() implements ToolDemand {}

    /** At least one, whichever. */
    record Required() implements ToolDemand {}

    /** This one. */
    record Named(String name) implements ToolDemand {}
  }

  /** What the answer's text must be. */
  public sealed interface Format {
    record Text() implements Format {}

    /** Any JSON object. */
    record JsonObject() implements Format {}

    /** A document that fits a schema. */
    record JsonSchema(JsonNode schema) implements Format {}
  }

  @Override
  public String toString() {
    return "Asked[tools=%d, demand=%s]".formatted(tools.size(), demand);
  }
}

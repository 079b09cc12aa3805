package io.millrace.simulator.script;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeMap;

/** The JSON form of a script, every field written out. */
final class ScriptWriter {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private ScriptWriter() {}

  static byte[] write(SimulatorScript script) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("seed", script.seed());
    root.put("requiredKey", script.access().requiredKey());
    root.put("onlyListedModels", script.access().isOnlyListedModels());
    root.put("requestsMax", script.limits().requestsMax());
    root.put("bodyBytesMax", script.limits().bodyBytesMax());
    behaviour(root, script.behaviour());
    ObjectNode models = root.putObject("models");
    new TreeMap<>(script.models())
        .forEach((model, behaviour) -> behaviour(models.putObject(model), behaviour));
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a tree of plain values was not written", impossible);
    }
  }

  private static void behaviour(ObjectNode node, Behaviour behaviour) {
    distribution(node.putObject("latency"), behaviour.latencyMs(), "ms", "Ms");
    distribution(node.putObject("outputTokens"), behaviour.outputTokens(), "tokens", "Tokens");
    node.put("echo", behaviour.isEcho());
    extras(node, behaviour.extras());
    pace(node.putObject("stream"), behaviour.pace());
    node.putObject("rateLimit")
        .put("requestsPerMinute", behaviour.rateLimit().requestsPerMinute())
        .put("tokensPerMinute", behaviour.rateLimit().tokensPerMinute())
        .put("concurrencyMax", behaviour.rateLimit().concurrencyMax());
    var errors = node.putArray("errors");
    behaviour.faults().errors().forEach(rule -> error(errors.addObject(), rule));
    node.putObject("hang").put("probability", behaviour.faults().hangProbability());
    node.putObject("cut")
        .put("probability", behaviour.faults().cut().probability())
        .put("afterChunks", behaviour.faults().cut().afterChunks());
  }

  private static void extras(ObjectNode node, Extras extras) {
    node.put("toolCalls", extras.toolCalls())
        .put("cachedInputTokens", extras.cachedInputTokens())
        .put("cacheWriteTokens", extras.cacheWriteTokens())
        .put("reasoningTokens", extras.reasoningTokens());
    node.putObject("contentFilter").put("probability", extras.contentFilterProbability());
  }

  private static void distribution(
      ObjectNode node, Distribution distribution, String value, String unit) {
    switch (distribution) {
      case Distribution.Fixed fixed -> node.put("kind", "fixed").put(value, fixed.value());
      case Distribution.Uniform uniform ->
          node.put("kind", "uniform")
              .put("min" + unit, uniform.min())
              .put("max" + unit, uniform.max());
      case Distribution.Normal normal ->
          node.put("kind", "normal")
              .put("mean" + unit, normal.mean())
              .put("stddev" + unit, normal.stddev());
      case Distribution.LogNormal logNormal ->
          node.put("kind", "lognormal")
              .put("mean" + unit, logNormal.mean())
              .put("stddev" + unit, logNormal.stddev());
      case Distribution.Exponential exponential ->
          node.put("kind", "exponential").put("mean" + unit, exponential.mean());
    }
  }

  private static void pace(ObjectNode node, StreamPace pace) {
    if (pace.firstTokenMs() != StreamPace.AS_LATENCY) {
      node.put("firstTokenMs", pace.firstTokenMs());
    }
    node.put("interChunkMs", pace.interChunkMs()).put("chunkTokens", pace.chunkTokens());
  }

  private static void error(ObjectNode node, ErrorRule rule) {
    node.put("status", rule.status())
        .put("probability", rule.probability())
        .put("firstCalls", rule.firstCalls())
        .put("type", rule.text().type())
        .put("code", rule.text().code())
        .put("message", rule.text().message());
    ObjectNode headers = node.putObject("headers");
    new TreeMap<>(rule.headers()).forEach(headers::put);
  }
}

package io.millrace.simulator.google;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.engine.Asked;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.TokenCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the body of {@code generateContent}, or says what is wrong with it. */
final class GenerateReader {
  private GenerateReader() {}

  static Parsed read(byte[] body, JsonNode root, Target target, boolean isStreamed) {
    boolean hasSignatures = GenerateCall.hasSignatures(target.model());
    JsonNode contents = root.path("contents");
    Optional<GoogleError> problem =
        ConfigCheck.problem(root).or(() -> new ContentsCheck(hasSignatures).problem(contents));
    if (problem.isPresent()) {
      return problem.get();
    }
    JsonNode config = root.path("generationConfig");
    var facts =
        new CallFacts(
            target.model(),
            BodyHash.of(body),
            inputTokens(root, body.length),
            config.path("maxOutputTokens").asInt(CallFacts.NO_LIMIT),
            config.path("candidateCount").asInt(1),
            isStreamed,
            prompt(contents),
            asked(root));
    return new GenerateCall(
        facts, config.path("responseLogprobs").asBoolean(), config.path("logprobs").asInt(0));
  }

  private static int inputTokens(JsonNode root, int bodyBytes) {
    JsonNode contents = root.path("contents");
    long bytes = textBytes(root.path("systemInstruction"));
    for (JsonNode content : contents) {
      bytes += textBytes(content);
    }
    int messages = contents.size() + (root.has("systemInstruction") ? 1 : 0);
    return TokenCount.ofMessages(bytes, messages, bodyBytes);
  }

  private static long textBytes(JsonNode content) {
    long bytes = 0;
    for (JsonNode part : content.path("parts")) {
      bytes += TokenCount.utf8Bytes(part.path("text").asText(""));
    }
    return bytes;
  }

  private static String prompt(JsonNode contents) {
    for (int i = contents.size() - 1; i >= 0; i--) {
      if (!contents.get(i).path("role").asText("user").equals("model")) {
        var text = new StringBuilder();
        contents.get(i).path("parts").forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
      }
    }
    return "";
  }

  private static Asked asked(JsonNode root) {
    JsonNode contents = root.path("contents");
    JsonNode config = root.path("generationConfig");
    JsonNode last = contents.path(contents.size() - 1);
    var stops = new ArrayList<String>();
    config.path("stopSequences").forEach(stop -> stops.add(stop.asText()));
    return new Asked(
        tools(root),
        demand(root.at("/toolConfig/functionCallingConfig")),
        true,
        last.at("/parts/0").has("functionResponse"),
        format(config),
        stops,
        config.at("/thinkingConfig/includeThoughts").asBoolean());
  }

  private static List<Asked.Tool> tools(JsonNode root) {
    var tools = new ArrayList<Asked.Tool>();
    for (JsonNode tool : root.path("tools")) {
      for (JsonNode function : tool.path("functionDeclarations")) {
        JsonNode schema = function.path("parametersJsonSchema");
        tools.add(
            new Asked.Tool(
                function.path("name").asText(),
                schema.isMissingNode() ? function.path("parameters") : schema));
      }
    }
    return tools;
  }

  private static Asked.ToolDemand demand(JsonNode calling) {
    return switch (calling.path("mode").asText("AUTO")) {
      case "NONE" -> new Asked.ToolDemand.Never();
      case "ANY" -> {
        JsonNode allowed = calling.path("allowedFunctionNames");
        yield allowed.size() == 1
            ? new Asked.ToolDemand.Named(allowed.get(0).asText())
            : new Asked.ToolDemand.Required();
      }
      case String other -> new Asked.ToolDemand.Auto();
    };
  }

  private static Asked.Format format(JsonNode config) {
    if (config.has("responseJsonSchema")) {
      return new Asked.Format.JsonSchema(config.get("responseJsonSchema"));
    }
    if (config.has("responseSchema")) {
      return new Asked.Format.JsonSchema(config.get("responseSchema"));
    }
    return config.path("responseMimeType").asText().equals("application/json")
        ? new Asked.Format.JsonObject()
        : new Asked.Format.Text();
  }
}

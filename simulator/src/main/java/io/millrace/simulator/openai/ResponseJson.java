package io.millrace.simulator.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.AnswerText;
import io.millrace.simulator.engine.Verdict;

/** The JSON of one Response and of its items, which keep their ids from event to event. */
final class ResponseJson {
  static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final ObjectNode request;
  private final String model;
  private final long createdSeconds;
  private final String id = OpenAiHeaders.hexId();

  ResponseJson(ObjectNode request, String model, long createdSeconds) {
    this.request = request;
    this.model = model;
    this.createdSeconds = createdSeconds;
  }

  ObjectNode response(String status, ArrayNode output) {
    ObjectNode root = MAPPER.createObjectNode().put("id", "resp_" + id).put("object", "response");
    root.put("created_at", createdSeconds).put("status", status).put("background", false);
    if (status.equals("completed")) {
      root.put("completed_at", createdSeconds);
    } else {
      root.putNull("completed_at");
    }
    root.putNull("error").putNull("incomplete_details");
    echo(root, "instructions", MAPPER.nullNode());
    echo(root, "max_output_tokens", MAPPER.nullNode());
    echo(root, "max_tool_calls", MAPPER.nullNode());
    root.put("model", model).set("output", output);
    root.put("parallel_tool_calls", request.path("parallel_tool_calls").asBoolean(true));
    root.putNull("previous_response_id").putNull("prompt_cache_key");
    echo(root, "reasoning", MAPPER.createObjectNode().putNull("effort").putNull("summary"));
    root.putNull("safety_identifier").put("service_tier", "default");
    root.put("store", request.path("store").asBoolean(true));
    echo(root, "temperature", MAPPER.getNodeFactory().numberNode(1.0));
    ObjectNode text = MAPPER.createObjectNode();
    text.putObject("format").put("type", "text");
    echo(root, "text", text.put("verbosity", "medium"));
    echo(root, "tool_choice", MAPPER.getNodeFactory().textNode("auto"));
    echo(root, "tools", MAPPER.createArrayNode());
    root.put("top_logprobs", request.path("top_logprobs").asInt(0));
    echo(root, "top_p", MAPPER.getNodeFactory().numberNode(1.0));
    root.put("truncation", "disabled").putNull("usage").putNull("user");
    echo(root, "metadata", MAPPER.createObjectNode());
    return root;
  }

  private void echo(ObjectNode root, String name, JsonNode otherwise) {
    root.set(name, request.hasNonNull(name) ? request.get(name) : otherwise);
  }

  /** A message of which nothing is said yet. */
  ObjectNode message(String status) {
    ObjectNode item = MAPPER.createObjectNode().put("id", "msg_" + id).put("type", "message");
    item.put("status", status).putArray("content");
    return item.put("role", "assistant");
  }

  ObjectNode functionCall(Verdict.ToolUse use) {
    return MAPPER
        .createObjectNode()
        .put("id", "fc_" + use.id())
        .put("type", "function_call")
        .put("status", "completed")
        .put("arguments", use.arguments())
        .put("call_id", "call_" + use.id())
        .put("name", use.name());
  }

  ObjectNode reasoning(String text, boolean isEncrypted) {
    ObjectNode item = MAPPER.createObjectNode().put("id", "rs_" + id).put("type", "reasoning");
    item.putArray("summary").addObject().put("type", "summary_text").put("text", text);
    return isEncrypted ? item.put("encrypted_content", "gAAAA" + id) : item;
  }

  static ObjectNode text(String text, ArrayNode logprobs) {
    ObjectNode part = MAPPER.createObjectNode().put("type", "output_text").put("text", text);
    part.putArray("annotations");
    part.set("logprobs", logprobs);
    return part;
  }

  static ArrayNode logprobs(AnswerText text, int from, int to, int alternatives) {
    try {
      return (ArrayNode)
          MAPPER.readTree(RichParts.logprobs(text, from, to, alternatives)).path("content");
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("JSON of our own is none", impossible);
    }
  }

  static ObjectNode usage(Verdict.Usage used) {
    ObjectNode usage = MAPPER.createObjectNode().put("input_tokens", used.inputTokens());
    usage
        .putObject("input_tokens_details")
        .put("cached_tokens", used.cachedInputTokens())
        .put("cache_write_tokens", used.cacheWriteTokens());
    usage.put("output_tokens", used.outputTokens());
    usage.putObject("output_tokens_details").put("reasoning_tokens", used.reasoningTokens());
    return usage.put("total_tokens", used.inputTokens() + used.outputTokens());
  }
}

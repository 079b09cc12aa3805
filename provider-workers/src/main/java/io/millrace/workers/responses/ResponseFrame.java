package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Usage;
import io.millrace.workers.canonical.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * The Response that an attempt is to make: its id and everything in it that repeats the request.
 * Every field of the contract is there, null where nothing is set.
 */
public final class ResponseFrame {

  /** Fields in which a provider's Response says something else than the client's. */
  private static final Set<String> OURS =
      Set.of(
          "id",
          "object",
          "created_at",
          "completed_at",
          "status",
          "background",
          "error",
          "incomplete_details",
          "model",
          "output",
          "previous_response_id",
          "conversation",
          "store",
          "usage",
          "metadata");

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ObjectNode request;
  private final String hex;
  private final Instant createdAt;
  private final Instant startedAt;
  private final long startedNanos = System.nanoTime();

  private ResponseFrame(ObjectNode request, String hex, Instant createdAt, Instant startedAt) {
    this.request = request;
    this.hex = hex;
    this.createdAt = createdAt;
    this.startedAt = startedAt;
  }

  /**
   * @param request the client's; kept, so it must not be changed
   */
  public static ResponseFrame of(AttemptRequested attempt, ObjectNode request, Instant now) {
    return new ResponseFrame(
        request,
        attempt.getRequestId().replaceFirst("^req_", ""),
        attempt.getSubmittedAt().orElse(now),
        now);
  }

  /** Names the response and its items: the request's id without its prefix. */
  String hex() {
    return hex;
  }

  /**
   * The Response when all is said.
   *
   * @param incompleteReason why it stops before its end; empty when it does not
   */
  public ObjectNode finished(String model, ArrayNode output, Usage usage, String incompleteReason) {
    var response = Json.MAPPER.createObjectNode();
    boolean isComplete = incompleteReason.isEmpty();
    response.put("id", "resp_" + hex).put("object", "response");
    response.put("created_at", createdAt.getEpochSecond());
    if (isComplete) {
      var took = Duration.ofNanos(System.nanoTime() - startedNanos);
      response.put("completed_at", startedAt.plus(took).getEpochSecond());
    } else {
      response.putNull("completed_at");
    }
    response.put("status", isComplete ? "completed" : "incomplete");
    response.put("background", request.path("background").asBoolean(false));
    response.putNull("error");
    if (isComplete) {
      response.putNull("incomplete_details");
    } else {
      response.putObject("incomplete_details").put("reason", incompleteReason);
    }
    echo(response, "instructions", "max_output_tokens", "max_tool_calls");
    response.put("model", model);
    response.set("output", output);
    response.put("parallel_tool_calls", request.path("parallel_tool_calls").asBoolean(true));
    echo(response, "previous_response_id");
    response.set("conversation", conversation());
    echo(response, "prompt_cache_key");
    response.set("reasoning", reasoning());
    echo(response, "safety_identifier", "service_tier");
    response.put("store", request.path("store").asBoolean(true));
    echo(response, "temperature");
    response.set("text", text());
    echoOr(response, "tool_choice", NODES.textNode("auto"));
    echoOr(response, "tools", Json.MAPPER.createArrayNode());
    echo(response, "top_logprobs", "top_p");
    echoOr(response, "truncation", NODES.textNode("disabled"));
    response.set("usage", usage(usage));
    echo(response, "user");
    echoOr(response, "metadata", Json.MAPPER.createObjectNode());
    return response;
  }

  /**
   * Takes over what a provider says in its own Response of fields that nobody has set, and what is
   * not of the contract.
   */
  public void complete(ObjectNode response, ObjectNode theirs) {
    theirs
        .properties()
        .forEach(
            field -> {
              if (!OURS.contains(field.getKey()) && !field.getValue().isNull()) {
                response.set(field.getKey(), field.getValue());
              }
            });
  }

  /** True of an item's encrypted content that its own provider cannot read, only this broker. */
  public static boolean isOwnEncryption(JsonNode encryptedContent) {
    return CarriedThoughts.isOurs(encryptedContent);
  }

  private JsonNode conversation() {
    var asked = request.path("conversation");
    return asked.isTextual()
        ? Json.MAPPER.createObjectNode().set("id", asked)
        : asked.isObject() ? asked : Json.MAPPER.nullNode();
  }

  private ObjectNode reasoning() {
    var reasoning = Json.MAPPER.createObjectNode().putNull("effort").putNull("summary");
    return request.path("reasoning") instanceof ObjectNode asked
        ? reasoning.setAll(asked)
        : reasoning;
  }

  private ObjectNode text() {
    var text = Json.MAPPER.createObjectNode();
    text.putObject("format").put("type", "text");
    text.putNull("verbosity");
    return request.path("text") instanceof ObjectNode asked ? text.setAll(asked) : text;
  }

  private void echo(ObjectNode response, String... names) {
    for (var name : names) {
      echoOr(response, name, Json.MAPPER.nullNode());
    }
  }

  private void echoOr(ObjectNode response, String name, JsonNode otherwise) {
    response.set(name, request.hasNonNull(name) ? request.get(name) : otherwise);
  }

  private static ObjectNode usage(Usage used) {
    var usage = Json.MAPPER.createObjectNode().put("input_tokens", used.getInputTokens());
    usage
        .putObject("input_tokens_details")
        .put("cached_tokens", used.getCachedInputTokens())
        .put("cache_write_tokens", used.getCacheWriteTokens());
    usage.put("output_tokens", used.getOutputTokens());
    usage.putObject("output_tokens_details").put("reasoning_tokens", used.getReasoningTokens());
    return usage.put("total_tokens", used.getInputTokens() + used.getOutputTokens());
  }

  /** Leaves the request out, which is a prompt. */
  @Override
  public String toString() {
    return "ResponseFrame[resp_" + hex + "]";
  }
}

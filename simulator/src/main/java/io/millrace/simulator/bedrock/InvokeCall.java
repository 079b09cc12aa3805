package io.millrace.simulator.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.InventedVector;
import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.TokenCount;
import io.millrace.simulator.engine.Verdict;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * InvokeModel of a model that embeds, in the form of its vendor; the same text always gets the same
 * vector, of length one.
 */
final class InvokeCall implements BedrockCall {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int COHERE_TEXTS_MAX = 96;
  private static final int DIMENSIONS_USUAL = 16;
  private static final Set<Integer> TITAN_DIMENSIONS = Set.of(256, 512, 1024);
  private static final Set<String> TITAN_FIELDS = Set.of("inputText", "dimensions", "normalize");
  private static final Set<String> COHERE_FIELDS =
      Set.of("texts", "input_type", "truncate", "embedding_types", "output_dimension");
  private static final Set<String> INPUT_TYPES =
      Set.of("search_document", "search_query", "classification", "clustering");

  private final CallFacts facts;
  private final List<String> texts;
  private final int dimensions;
  private final boolean isCohere;
  private final boolean isByType;

  private InvokeCall(
      CallFacts facts, List<String> texts, int dimensions, boolean isCohere, boolean isByType) {
    this.facts = facts;
    this.texts = texts;
    this.dimensions = dimensions;
    this.isCohere = isCohere;
    this.isByType = isByType;
  }

  static Parsed read(String model, byte[] body) {
    JsonNode root = ConverseReader.tree(body);
    if (!root.isObject()) {
      return BedrockError.invalid("Malformed input request, please reformat your input.");
    }
    boolean isCohere = model.contains("cohere.");
    for (var field : root.properties()) {
      if (!(isCohere ? COHERE_FIELDS : TITAN_FIELDS).contains(field.getKey())) {
        return BedrockError.invalid(
            "Malformed input request: extraneous key [" + field.getKey() + "] is not permitted");
      }
    }
    return isCohere ? cohere(model, root, body) : titan(model, root, body);
  }

  private static Parsed titan(String model, JsonNode root, byte[] body) {
    if (root.path("inputText").asText("").isEmpty()) {
      return BedrockError.invalid("Malformed input request: #: required key [inputText] not found");
    }
    int dimensions = root.path("dimensions").asInt(0);
    if (dimensions != 0 && !TITAN_DIMENSIONS.contains(dimensions)) {
      return BedrockError.invalid("Malformed input request: dimensions must be 256, 512 or 1024");
    }
    return of(model, body, List.of(root.get("inputText").textValue()), dimensions, false, false);
  }

  private static Parsed cohere(String model, JsonNode root, byte[] body) {
    var texts = new ArrayList<String>();
    root.path("texts").forEach(text -> texts.add(text.asText("")));
    if (texts.isEmpty() || texts.size() > COHERE_TEXTS_MAX || texts.contains("")) {
      return BedrockError.invalid("Malformed input request: texts must be 1 to 96, none empty");
    }
    if (!INPUT_TYPES.contains(root.path("input_type").asText(""))) {
      return BedrockError.invalid(
          "Malformed input request: #: required key [input_type] not found");
    }
    int dimensions = root.path("output_dimension").asInt(0);
    return of(model, body, texts, dimensions, true, root.has("embedding_types"));
  }

  private static InvokeCall of(
      String model,
      byte[] body,
      List<String> texts,
      int dimensions,
      boolean isCohere,
      boolean isByType) {
    long tokens = texts.stream().mapToLong(TokenCount::ofText).sum();
    int inputTokens = TokenCount.bounded(tokens, body.length);
    var facts = new CallFacts(model, BodyHash.of(body), inputTokens, 0, 1, false, "");
    return new InvokeCall(
        facts, texts, dimensions == 0 ? DIMENSIONS_USUAL : dimensions, isCohere, isByType);
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public void headers(MultiMap headers, LimitState limits, long elapsedMs) {
    BedrockCall.super.headers(headers, limits, elapsedMs);
    headers.set("x-amzn-bedrock-input-token-count", Integer.toString(facts.inputTokens()));
    headers.set("x-amzn-bedrock-invocation-latency", Long.toString(elapsedMs));
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    ObjectNode root = MAPPER.createObjectNode();
    if (isCohere) {
      root.put("id", "00000000-0000-4000-8000-000000000000");
      root.put("response_type", isByType ? "embeddings_by_type" : "embeddings_floats");
      ArrayNode vectors =
          isByType ? root.putObject("embeddings").putArray("float") : root.putArray("embeddings");
      texts.forEach(text -> addVector(text, vectors.addArray()));
      texts.forEach(root.putArray("texts")::add);
    } else {
      addVector(texts.getFirst(), root.putArray("embedding"));
      root.put("inputTextTokenCount", facts.inputTokens());
    }
    return Buffer.buffer(root.toString());
  }

  private void addVector(String text, ArrayNode numbers) {
    for (float number : InventedVector.of(text, dimensions)) {
      numbers.add(number);
    }
  }

  @Override
  public void opening(Buffer out, Verdict.Answer answer) {
    throw neverStreamed();
  }

  @Override
  public void words(Buffer out, Verdict.Answer answer, int from, int to) {
    throw neverStreamed();
  }

  @Override
  public void closing(Buffer out, Verdict.Answer answer) {
    throw neverStreamed();
  }

  private static IllegalStateException neverStreamed() {
    return new IllegalStateException("embeddings are never streamed");
  }
}

package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.InventedVector;
import io.millrace.simulator.engine.TokenCount;
import io.millrace.simulator.engine.Verdict;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A call to {@code /v1/embeddings}. */
final class EmbeddingsCall implements OpenAiCall {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int INPUTS_MAX = 2048;
  private static final int DIMENSIONS_USUAL = 16;
  private static final int DIMENSIONS_MAX = 4096;

  private final Flavour flavour;
  private final CallFacts facts;
  private final List<JsonNode> inputs;
  private final int dimensions;
  private final boolean isBase64;

  private EmbeddingsCall(
      Flavour flavour, CallFacts facts, List<JsonNode> inputs, int dimensions, boolean isBase64) {
    this.flavour = flavour;
    this.facts = facts;
    this.inputs = inputs;
    this.dimensions = dimensions;
    this.isBase64 = isBase64;
  }

  static Parsed read(byte[] body, Address address) {
    if (!(Checks.tree(body) instanceof ObjectNode root)) {
      return OpenAiError.notJson();
    }
    if (!address.model().isEmpty()) {
      root.put("model", address.model());
    }
    Optional<OpenAiError> unusual = address.flavour().problem(root);
    address.flavour().rename(root);
    Optional<OpenAiError> problem = unusual.or(() -> problem(root));
    if (problem.isPresent()) {
      return problem.get();
    }
    List<JsonNode> inputs = inputs(root.get("input"));
    long tokens = inputs.stream().mapToLong(InputTokens::ofInput).sum();
    var facts =
        new CallFacts(
            root.get("model").textValue(),
            BodyHash.of(body),
            TokenCount.bounded(tokens, body.length),
            0,
            1,
            false,
            "");
    // A null reads as 0.
    int dimensions = root.path("dimensions").asInt(0);
    return new EmbeddingsCall(
        address.flavour(),
        facts,
        inputs,
        dimensions == 0 ? DIMENSIONS_USUAL : dimensions,
        root.path("encoding_format").asText("float").equals("base64"));
  }

  private static Optional<OpenAiError> problem(JsonNode root) {
    return Checks.model(root)
        .or(() -> inputProblem(root))
        .or(() -> Checks.integer(root, "dimensions", 1, DIMENSIONS_MAX))
        .or(() -> formatProblem(root));
  }

  private static Optional<OpenAiError> inputProblem(JsonNode root) {
    if (Checks.isAbsent(root, "input")) {
      return Checks.missing("input");
    }
    JsonNode input = root.get("input");
    if (!input.isTextual() && !input.isArray()) {
      return Checks.wrongType("input", "a string or an array");
    }
    List<JsonNode> inputs = inputs(input);
    boolean isRight =
        !inputs.isEmpty()
            && inputs.size() <= INPUTS_MAX
            && inputs.stream().allMatch(EmbeddingsCall::isUsable);
    return isRight
        ? Optional.empty()
        : Checks.wrongValue("input", "1 to " + INPUTS_MAX + " texts or token arrays, none empty");
  }

  private static boolean isUsable(JsonNode input) {
    if (input.isTextual()) {
      return !input.textValue().isEmpty();
    }
    boolean isTokens = input.isArray() && !input.isEmpty();
    for (JsonNode token : input) {
      isTokens &= token.isIntegralNumber();
    }
    return isTokens;
  }

  private static Optional<OpenAiError> formatProblem(JsonNode root) {
    String format = root.path("encoding_format").asText("float");
    return Checks.isAbsent(root, "encoding_format")
            || format.equals("float")
            || format.equals("base64")
        ? Optional.empty()
        : Checks.wrongValue("encoding_format", "float or base64");
  }

  /** A text or an array of tokens is one input; an array of those is many. */
  private static List<JsonNode> inputs(JsonNode input) {
    if (input.isTextual() || input.path(0).isIntegralNumber()) {
      return List.of(input);
    }
    var inputs = new ArrayList<JsonNode>();
    input.forEach(inputs::add);
    return List.copyOf(inputs);
  }

  @Override
  public Flavour flavour() {
    return flavour;
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    ObjectNode root = MAPPER.createObjectNode().put("object", "list");
    ArrayNode data = root.putArray("data");
    for (int i = 0; i < inputs.size(); i++) {
      ObjectNode entry = data.addObject().put("object", "embedding").put("index", i);
      putVector(entry, InventedVector.of(inputs.get(i).toString(), dimensions));
    }
    root.put("model", facts.model());
    root.putObject("usage")
        .put("prompt_tokens", facts.inputTokens())
        .put("total_tokens", facts.inputTokens());
    return Buffer.buffer(root.toString());
  }

  private void putVector(ObjectNode entry, float[] vector) {
    if (isBase64) {
      ByteBuffer bytes =
          ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(vector);
      entry.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
    } else {
      ArrayNode numbers = entry.putArray("embedding");
      for (float number : vector) {
        numbers.add(number);
      }
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

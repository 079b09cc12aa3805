package io.millrace.simulator.cohere;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.InventedVector;
import io.millrace.simulator.engine.TokenCount;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.CallIntake.Intake;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** A call to {@code /v2/embed}, for texts and as floats. */
final class CohereEmbedCall implements CohereCall {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int TEXTS_MAX = 96;
  private static final int DIMENSIONS_USUAL = 16;
  private static final Set<String> INPUT_TYPES =
      Set.of("search_document", "search_query", "classification", "clustering", "image");
  private static final Set<Integer> DIMENSIONS = Set.of(256, 512, 1024, 1536);

  private final CallFacts facts;
  private final List<String> texts;
  private final int dimensions;

  private CohereEmbedCall(CallFacts facts, List<String> texts, int dimensions) {
    this.facts = facts;
    this.texts = texts;
    this.dimensions = dimensions;
  }

  static Intake read(byte[] body) {
    try {
      var root = MAPPER.readTree(body);
      var problem = problem(root);
      return problem.isEmpty()
          ? new Intake.Understood(call(root, body))
          : new Intake.Refused(CohereError.of(400, "invalid request: " + problem));
    } catch (IOException e) {
      return new Intake.Refused(CohereError.of(400, "invalid request: the body is not JSON"));
    }
  }

  /** What is wrong; empty when nothing is. */
  private static String problem(JsonNode root) {
    if (root.path("model").asText("").isEmpty()) {
      return "model is required";
    }
    if (!INPUT_TYPES.contains(root.path("input_type").asText(""))) {
      return "valid input_type must be provided with the provided model";
    }
    var texts = root.path("texts");
    if (!texts.isArray() || texts.isEmpty() || texts.size() > TEXTS_MAX) {
      return "texts must be from 1 to 96";
    }
    var dimension = root.path("output_dimension");
    return dimension.isMissingNode() || DIMENSIONS.contains(dimension.asInt())
        ? ""
        : "output_dimension must be 256, 512, 1024 or 1536";
  }

  private static CohereEmbedCall call(JsonNode root, byte[] body) {
    var texts = new ArrayList<String>();
    root.path("texts").forEach(text -> texts.add(text.asText("")));
    long tokens = texts.stream().mapToLong(TokenCount::ofText).sum();
    var facts =
        new CallFacts(
            root.path("model").asText(""),
            BodyHash.of(body),
            TokenCount.bounded(tokens, body.length),
            0,
            1,
            false,
            "");
    return new CohereEmbedCall(facts, texts, root.path("output_dimension").asInt(DIMENSIONS_USUAL));
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    var root = MAPPER.createObjectNode().put("id", UUID.randomUUID().toString());
    var vectors = root.putObject("embeddings").putArray("float");
    for (var text : texts) {
      var vector = vectors.addArray();
      for (float number : InventedVector.of(text, dimensions)) {
        vector.add(number);
      }
    }
    var echoed = root.putArray("texts");
    texts.forEach(echoed::add);
    var meta = root.putObject("meta");
    meta.putObject("api_version").put("version", "2");
    meta.putObject("billed_units").put("input_tokens", facts.inputTokens());
    return Buffer.buffer(root.put("response_type", "embeddings_by_type").toString());
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

package io.millrace.simulator.google;

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
import java.util.ArrayList;
import java.util.List;

/** A call for vectors in one of Google's three forms. */
final class EmbedCall implements GoogleCall {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int DIMENSIONS_USUAL = 16;
  private static final int DIMENSIONS_MAX = 4096;

  private final CallFacts facts;
  private final Form form;
  private final List<String> texts;
  private final int dimensions;
  private final boolean isUsageTold;

  /** How texts come and vectors go. */
  enum Form {
    BATCH(100),
    CONTENT(1),
    INSTANCES(250);

    private final int textsMax;

    Form(int textsMax) {
      this.textsMax = textsMax;
    }
  }

  private EmbedCall(
      CallFacts facts, Form form, List<String> texts, int dimensions, boolean isUsageTold) {
    this.facts = facts;
    this.form = form;
    this.texts = texts;
    this.dimensions = dimensions;
    this.isUsageTold = isUsageTold;
  }

  static Parsed read(byte[] body, JsonNode root, Target target, Form form) {
    List<String> texts = texts(root, form);
    boolean isOneByOne = form == Form.INSTANCES && target.model().contains("gemini-embedding-001");
    int textsMax = isOneByOne ? 1 : form.textsMax;
    if (texts.isEmpty() || texts.size() > textsMax) {
      return GoogleError.invalid(
          "* at least one and at most %d requests can be in one batch".formatted(textsMax));
    }
    if (texts.stream().anyMatch(String::isEmpty)) {
      return GoogleError.invalid("The text content is empty.");
    }
    int dimensions = dimensions(root, form);
    if (dimensions < 1 || dimensions > DIMENSIONS_MAX) {
      return GoogleError.invalid("output_dimensionality is out of range.");
    }
    long tokens = texts.stream().mapToLong(TokenCount::ofText).sum();
    var facts =
        new CallFacts(
            target.model(),
            BodyHash.of(body),
            TokenCount.bounded(tokens, body.length),
            0,
            1,
            false,
            "");
    return new EmbedCall(facts, form, texts, dimensions, target.isVertex());
  }

  private static List<String> texts(JsonNode root, Form form) {
    var texts = new ArrayList<String>();
    switch (form) {
      case BATCH -> root.path("requests").forEach(one -> texts.add(text(one.path("content"))));
      case CONTENT -> texts.add(text(root.path("content")));
      case INSTANCES ->
          root.path("instances").forEach(one -> texts.add(one.path("content").asText("")));
    }
    return List.copyOf(texts);
  }

  private static String text(JsonNode content) {
    var text = new StringBuilder();
    content.path("parts").forEach(part -> text.append(part.path("text").asText("")));
    return text.toString();
  }

  private static int dimensions(JsonNode root, Form form) {
    JsonNode options =
        switch (form) {
          case BATCH -> root.at("/requests/0");
          case CONTENT -> root.has("embedContentConfig") ? root.get("embedContentConfig") : root;
          case INSTANCES -> root.path("parameters");
        };
    return options.path("outputDimensionality").asInt(DIMENSIONS_USUAL);
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    ObjectNode root = MAPPER.createObjectNode();
    switch (form) {
      case BATCH -> {
        ArrayNode embeddings = root.putArray("embeddings");
        texts.forEach(text -> putVector(embeddings.addObject(), text));
      }
      case CONTENT -> {
        putVector(root.putObject("embedding"), texts.getFirst());
        if (isUsageTold) {
          root.putObject("usageMetadata").put("promptTokenCount", facts.inputTokens());
        }
      }
      case INSTANCES -> {
        ArrayNode predictions = root.putArray("predictions");
        texts.forEach(text -> putPrediction(predictions.addObject(), text));
      }
    }
    return Buffer.buffer(root.toString());
  }

  private void putPrediction(ObjectNode prediction, String text) {
    ObjectNode embeddings = prediction.putObject("embeddings");
    putVector(embeddings, text);
    embeddings
        .putObject("statistics")
        .put("token_count", TokenCount.ofText(text))
        .put("truncated", false);
  }

  private void putVector(ObjectNode into, String text) {
    ArrayNode values = into.putArray("values");
    for (float number : InventedVector.of(text, dimensions)) {
      values.add(number);
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

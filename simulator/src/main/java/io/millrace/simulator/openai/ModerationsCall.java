package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.TokenCount;
import io.millrace.simulator.engine.Verdict;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A call to {@code /v1/moderations}: texts that name violence are flagged for it. */
final class ModerationsCall implements OpenAiCall {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String MODEL_USUAL = "omni-moderation-latest";
  private static final String VIOLENCE = "violence";
  private static final List<String> CATEGORIES =
      List.of(
          "harassment",
          "harassment/threatening",
          "hate",
          "hate/threatening",
          "illicit",
          "illicit/violent",
          "self-harm",
          "self-harm/intent",
          "self-harm/instructions",
          "sexual",
          "sexual/minors",
          VIOLENCE,
          "violence/graphic");
  private static final double SCORE_HIGH = 0.97;
  private static final double SCORE_LOW = 0.0001;

  private final Flavour flavour;
  private final CallFacts facts;
  private final List<String> texts;

  private ModerationsCall(Flavour flavour, CallFacts facts, List<String> texts) {
    this.flavour = flavour;
    this.facts = facts;
    this.texts = texts;
  }

  static Parsed read(byte[] body, Address address) {
    if (!(Checks.tree(body) instanceof ObjectNode root)) {
      return OpenAiError.notJson();
    }
    Optional<OpenAiError> problem =
        Checks.isAbsent(root, "input") ? Checks.missing("input") : address.flavour().problem(root);
    if (problem.isPresent()) {
      return problem.get();
    }
    List<String> texts = texts(root.get("input"));
    if (texts.isEmpty()) {
      return OpenAiError.invalid("empty_array", "input", "Invalid 'input': nothing to look at.");
    }
    long tokens = texts.stream().mapToLong(TokenCount::ofText).sum();
    var facts =
        new CallFacts(
            root.path("model").asText(MODEL_USUAL),
            BodyHash.of(body),
            TokenCount.bounded(tokens, body.length),
            0,
            1,
            false,
            "");
    return new ModerationsCall(address.flavour(), facts, texts);
  }

  /** Parts of one input are looked at together, texts of a list each by itself. */
  private static List<String> texts(JsonNode input) {
    if (input.isTextual()) {
      return List.of(input.textValue());
    }
    var texts = new ArrayList<String>();
    if (input.path(0).isObject()) {
      var text = new StringBuilder();
      input.forEach(part -> text.append(part.path("text").asText("")));
      texts.add(text.toString());
    } else {
      input.forEach(one -> texts.add(one.asText("")));
    }
    return List.copyOf(texts);
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
    ObjectNode root = MAPPER.createObjectNode().put("id", "modr-" + OpenAiHeaders.hexId());
    var results = root.put("model", facts.model()).putArray("results");
    texts.forEach(text -> judge(text, results.addObject()));
    return Buffer.buffer(root.toString());
  }

  private void judge(String text, ObjectNode result) {
    boolean isViolent = text.toLowerCase(Locale.ROOT).contains(VIOLENCE);
    // Mistral leaves the sum to the reader.
    if (flavour != Flavour.MISTRAL) {
      result.put("flagged", isViolent);
    }
    ObjectNode categories = result.putObject("categories");
    ObjectNode scores = result.putObject("category_scores");
    for (String category : CATEGORIES) {
      boolean isFlagged = isViolent && category.equals(VIOLENCE);
      categories.put(category, isFlagged);
      scores.put(category, isFlagged ? SCORE_HIGH : SCORE_LOW);
    }
    if (flavour != Flavour.MISTRAL) {
      ObjectNode types = result.putObject("category_applied_input_types");
      CATEGORIES.forEach(category -> types.putArray(category).add("text"));
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
    return new IllegalStateException("moderations are never streamed");
  }
}

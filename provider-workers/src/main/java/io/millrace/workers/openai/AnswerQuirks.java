package io.millrace.workers.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a host's answers have otherwise than OpenAI's. Each edit is made to whole answers and to
 * chunks alike.
 *
 * @param edit puts one answer or chunk into OpenAI's words
 * @param failing finish reasons that stand for a failure
 */
public record AnswerQuirks(Consumer<ObjectNode> edit, Map<String, Verdict> failing) {

  /** Answers go on byte for byte. */
  public static final AnswerQuirks NONE = new AnswerQuirks(answer -> {}, Map.of());

  public AnswerQuirks {
    failing = Map.copyOf(failing);
  }

  /** The same, and then another edit of the whole answer or chunk. */
  public AnswerQuirks with(Consumer<ObjectNode> more) {
    return new AnswerQuirks(edit.andThen(more), failing);
  }

  /** The same, leaving out fields that OpenAI's answers do not have. */
  public AnswerQuirks without(List<String> fields, List<String> choiceFields) {
    return with(answer -> answer.remove(fields))
        .with(answer -> choices(answer).forEach(choice -> choice.remove(choiceFields)));
  }

  /** The same, with an edit of what each choice says, be it a message or a delta. */
  public AnswerQuirks withSaid(Consumer<ObjectNode> more) {
    return with(answer -> choices(answer).forEach(choice -> editSaid(choice, more)));
  }

  /** The same, with thoughts where clients of such hosts look for them. */
  public AnswerQuirks withReasoningIn(String field) {
    return withSaid(
        said -> {
          var thought = said.remove(field);
          if (thought != null && thought.isTextual() && !said.has("reasoning_content")) {
            said.set("reasoning_content", thought);
          }
        });
  }

  /** The same, with a finish reason spelled as OpenAI spells it. */
  public AnswerQuirks withFinish(String theirs, String ours) {
    return with(
        answer ->
            choices(answer)
                .forEach(
                    choice -> {
                      if (choice.path("finish_reason").asText("").equals(theirs)) {
                        choice.put("finish_reason", ours);
                      }
                    }));
  }

  /** The same, taking a finish reason for a failure. */
  public AnswerQuirks failingWhen(String finish, Verdict verdict) {
    var more = new HashMap<>(failing);
    more.put(finish, verdict);
    return new AnswerQuirks(edit, more);
  }

  boolean isNone() {
    return equals(NONE);
  }

  /** What the answer's finish reasons say has gone wrong. */
  Optional<Verdict> failure(ObjectNode answer) {
    return choices(answer).stream()
        .map(choice -> failing.get(choice.path("finish_reason").asText("")))
        .filter(Objects::nonNull)
        .findFirst();
  }

  private static void editSaid(ObjectNode choice, Consumer<ObjectNode> more) {
    for (var name : List.of("message", "delta")) {
      if (choice.get(name) instanceof ObjectNode said) {
        more.accept(said);
      }
    }
  }

  private static List<ObjectNode> choices(JsonNode answer) {
    return answer
        .path("choices")
        .valueStream()
        .filter(ObjectNode.class::isInstance)
        .map(ObjectNode.class::cast)
        .toList();
  }
}

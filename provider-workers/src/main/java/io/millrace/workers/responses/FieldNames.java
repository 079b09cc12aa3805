package io.millrace.workers.responses;

import io.millrace.workers.ClientError;
import io.millrace.workers.Outcome;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What fields of a chat request are called in a Responses request, for those who are told. */
final class FieldNames {

  private static final Map<String, String> NAMES =
      Map.of(
          "messages", "input",
          "max_completion_tokens", "max_output_tokens",
          "max_tokens", "max_output_tokens",
          "response_format", "text.format",
          "verbosity", "text.verbosity",
          "reasoning_effort", "reasoning.effort",
          "logprobs", "include");

  private FieldNames() {}

  /** Fields that a provider cannot take, as the client knows them. */
  static List<String> ofResponses(List<String> chatFields) {
    return chatFields.stream().map(FieldNames::ofResponses).distinct().toList();
  }

  /** The failure, blaming a field that the client has written. */
  static Outcome.Failure ofResponses(Outcome.Failure failure) {
    var error = failure.error();
    var param = error.param();
    if (param == null || ofResponses(param).equals(param)) {
      return failure;
    }
    return new Outcome.Failure(
        failure.verdict(),
        new ClientError(
            error.status(), error.type(), error.code(), ofResponses(param), error.message()),
        failure.retryAfter(),
        failure.usage());
  }

  /** A path into a field is not translated: places in messages are not those in the input. */
  private static String ofResponses(String chatField) {
    var field = chatField.split("[.\\[]", 2)[0];
    @Nullable String name = NAMES.get(field);
    return name == null ? chatField : name;
  }
}

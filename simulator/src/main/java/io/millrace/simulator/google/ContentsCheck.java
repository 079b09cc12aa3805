package io.millrace.simulator.google;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/** What Google does not let pass in a conversation. */
final class ContentsCheck {
  private static final Set<String> DATA =
      Set.of(
          "text",
          "inlineData",
          "fileData",
          "functionCall",
          "functionResponse",
          "executableCode",
          "codeExecutionResult");

  private final boolean isSignatureWanted;

  /**
   * @param isSignatureWanted the model wants its calls of the current turn back with a signature
   */
  ContentsCheck(boolean isSignatureWanted) {
    this.isSignatureWanted = isSignatureWanted;
  }

  Optional<GoogleError> problem(JsonNode contents) {
    if (!contents.isArray() || contents.isEmpty()) {
      return invalid("* GenerateContentRequest.contents: contents is not specified");
    }
    if (role(contents.path(0)).equals("model")) {
      return invalid("Please ensure that the first content is of the role user.");
    }
    int turnStart = turnStart(contents);
    for (int i = 0; i < contents.size(); i++) {
      Optional<GoogleError> problem = problem(contents, i, i >= turnStart);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private Optional<GoogleError> problem(JsonNode contents, int i, boolean isCurrentTurn) {
    JsonNode content = contents.get(i);
    String where = "contents[" + i + "]";
    if (!role(content).equals("user") && !role(content).equals("model")) {
      return invalid("Please use a valid role: user, model.");
    }
    return partsProblem(content.path("parts"), where)
        .or(() -> responsesProblem(contents, i))
        .or(() -> isCurrentTurn ? signatureProblem(content, where) : Optional.empty());
  }

  static Optional<GoogleError> partsProblem(JsonNode parts, String where) {
    if (!parts.isArray() || parts.isEmpty()) {
      return invalid("* GenerateContentRequest.%s.parts: must not be empty.".formatted(where));
    }
    for (int i = 0; i < parts.size(); i++) {
      JsonNode part = parts.get(i);
      long data = DATA.stream().filter(part::has).count();
      boolean isEmptyText = part.has("text") && part.get("text").asText().isEmpty();
      if (data != 1 || (isEmptyText && !part.has("thoughtSignature"))) {
        return invalid(
            "* GenerateContentRequest.%s.parts[%d].data: required oneof field 'data' must have one initialized field"
                .formatted(where, i));
      }
      boolean isUntyped =
          part.path("inlineData").isObject() && part.at("/inlineData/mimeType").asText().isEmpty();
      if (isUntyped || isNameless(part.path("functionCall"))) {
        return invalid("Invalid value at '%s.parts[%d]'.".formatted(where, i));
      }
      if (isNameless(part.path("functionResponse"))) {
        return invalid(
            "* GenerateContentRequest.%s.parts[%d].function_response.name: Name cannot be empty."
                .formatted(where, i));
      }
    }
    return Optional.empty();
  }

  private static boolean isNameless(JsonNode function) {
    return function.isObject() && function.path("name").asText().isEmpty();
  }

  private static Optional<GoogleError> responsesProblem(JsonNode contents, int i) {
    long responses = count(contents.get(i), "functionResponse");
    long calls = i == 0 ? 0 : count(contents.get(i - 1), "functionCall");
    if (responses != calls) {
      return invalid(
          "Please ensure that the number of function response parts is equal to the number of"
              + " function call parts of the function call turn.");
    }
    boolean isOpen = i == contents.size() - 1 && count(contents.get(i), "functionCall") > 0;
    return isOpen
        ? invalid("Please ensure that a function response turn comes after a function call turn.")
        : Optional.empty();
  }

  private Optional<GoogleError> signatureProblem(JsonNode content, String where) {
    for (JsonNode part : content.path("parts")) {
      if (part.has("functionCall")) {
        return isSignatureWanted && part.path("thoughtSignature").asText().isEmpty()
            ? invalid(
                "Function call is missing a thought_signature in functionCall parts: " + where)
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Where the user last said something. */
  private static int turnStart(JsonNode contents) {
    for (int i = contents.size() - 1; i > 0; i--) {
      if (role(contents.get(i)).equals("user") && count(contents.get(i), "functionResponse") == 0) {
        return i;
      }
    }
    return 0;
  }

  private static long count(JsonNode content, String kind) {
    return StreamSupport.stream(content.path("parts").spliterator(), false)
        .filter(part -> part.has(kind))
        .count();
  }

  private static String role(JsonNode content) {
    return content.path("role").asText("user");
  }

  private static Optional<GoogleError> invalid(String message) {
    return Optional.of(GoogleError.invalid(message));
  }
}

package io.millrace.ingress;

import io.millrace.schemas.BatchChecked;
import io.millrace.schemas.BatchError;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Checks the file of a batch line by line, as OpenAI does before it runs one: a batch with a bad
 * line runs none. Confined to one thread.
 */
public final class BatchCheck {

  private static final int ERRORS_MAX = 1_000;

  private final Rules rules;
  private final NameSet names = new NameSet();
  private final List<BatchError> errors = new ArrayList<>();
  private final Set<String> models = new java.util.HashSet<>();
  private int lines;

  /**
   * What is allowed.
   *
   * @param isRouted says for which models there is a route
   */
  public record Rules(
      Endpoint endpoint, int linesMax, int lineBytesMax, Predicate<String> isRouted) {}

  public BatchCheck(Rules rules) {
    this.rules = rules;
  }

  /** Takes the next line that is not blank; the request in it, if it is fine. */
  public Optional<BulkLine.Parsed> accept(int number, byte[] line) {
    lines++;
    if (lines > rules.linesMax()) {
      add(
          "too_many_lines",
          "The file has more lines than the limit of %d.".formatted(rules.linesMax()),
          null,
          null);
      return Optional.empty();
    }
    var read = BulkLine.read(line);
    return switch (read.parsed()) {
      case Checked.Refused<BulkLine.Parsed> refused -> {
        add(refused.error(), number);
        yield Optional.empty();
      }
      case Checked.Ok<BulkLine.Parsed>(BulkLine.Parsed parsed) ->
          isFine(number, parsed) ? Optional.of(parsed) : Optional.empty();
    };
  }

  /** A line of which only its place is known. */
  public void acceptTooLong(int number) {
    lines++;
    add(
        "invalid_json_line",
        "The line is longer than the limit of %d bytes.".formatted(rules.lineBytesMax()),
        null,
        number);
  }

  private boolean isFine(int number, BulkLine.Parsed parsed) {
    int before = errors.size();
    if (parsed.endpoint() != rules.endpoint()) {
      add(
          "mismatched_url",
          "The url of the line is not the endpoint of the batch, '%s'."
              .formatted(rules.endpoint().path()),
          "url",
          number);
    }
    var model = parsed.call().model();
    if (!rules.isRouted().test(model)) {
      add(ApiError.modelNotFound(model), number);
    }
    if (!names.add(parsed.customId())) {
      add(
          "duplicate_custom_id",
          "The custom_id '%s' was used on an earlier line."
              .formatted(ApiError.shown(parsed.customId())),
          "custom_id",
          number);
    }
    // Two are enough to know that there is not only one.
    if (models.size() < 2) {
      models.add(model);
    }
    return errors.size() == before;
  }

  /** True when more lines would not change what is told. */
  public boolean isOver() {
    return errors.size() >= ERRORS_MAX || lines > rules.linesMax();
  }

  /**
   * What was found.
   *
   * @param total lines that become requests
   */
  public BatchChecked result(String batchId, String account, int total, Instant now) {
    if (lines == 0) {
      add("empty_file", "The input file has no lines.", "input_file_id", null);
    }
    return BatchChecked.newBuilder()
        .setBatchId(batchId)
        .setAccount(account)
        .setTotal(errors.isEmpty() ? total : 0)
        .setModel(models.size() == 1 ? models.iterator().next() : null)
        .setErrors(errors)
        .setCheckedAt(now)
        .build();
  }

  private void add(ApiError error, int number) {
    add(codeOf(error), error.message(), error.param(), number);
  }

  private static String codeOf(ApiError error) {
    if ("method".equals(error.param())) {
      return "invalid_method";
    }
    if ("url".equals(error.param()) && error.kind() == ApiError.Kind.INVALID_VALUE) {
      return "invalid_url";
    }
    if (error.kind() == ApiError.Kind.INVALID_JSON) {
      return "invalid_json_line";
    }
    var code = error.kind().code();
    return code == null ? "invalid_request" : code;
  }

  private void add(String code, String message, @Nullable String param, @Nullable Integer line) {
    if (errors.size() < ERRORS_MAX) {
      errors.add(new BatchError(code, message, param, line));
    }
  }
}

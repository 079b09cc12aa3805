package io.millrace.ingress;

import io.millrace.schemas.config.FilesConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a client said of a file that it uploads.
 *
 * @param expiresAfter how long the file is kept; for ever when null
 */
public record FileForm(String purpose, @Nullable Duration expiresAfter) {

  public static final String BATCH = "batch";
  private static final Set<String> PURPOSES =
      Set.of("assistants", BATCH, "fine-tune", "vision", "user_data", "evals");
  private static final String ANCHOR = "expires_after[anchor]";
  private static final String SECONDS = "expires_after[seconds]";
  private static final String CREATED_AT = "created_at";
  private static final long SECONDS_MIN = 3_600;
  private static final long SECONDS_MAX = 2_592_000;
  private static final int FILENAME_LENGTH_MAX = 255;

  /**
   * Reads the fields of the form.
   *
   * @param fields the value of a field by its name, null when it is not there
   */
  public static Checked<FileForm> parse(
      Function<String, @Nullable String> fields, FilesConfig config) {
    return purpose(fields)
        .then(
            purpose ->
                expiresAfter(fields)
                    .then(
                        given ->
                            Checked.ok(
                                new FileForm(
                                    purpose,
                                    given.or(() -> retention(purpose, config)).orElse(null)))));
  }

  private static Checked<String> purpose(Function<String, @Nullable String> fields) {
    var purpose = fields.apply("purpose");
    if (purpose == null || purpose.isEmpty()) {
      return Checked.refused(missing("purpose"));
    }
    return PURPOSES.contains(purpose)
        ? Checked.ok(purpose)
        : Checked.refused(
            invalid(
                "purpose",
                purpose,
                "It must be one of assistants, batch, fine-tune, vision, user_data, evals."));
  }

  private static Checked<Optional<Duration>> expiresAfter(
      Function<String, @Nullable String> fields) {
    var anchor = fields.apply(ANCHOR);
    var seconds = fields.apply(SECONDS);
    if (anchor == null && seconds == null) {
      return Checked.ok(Optional.empty());
    }
    if (anchor == null) {
      return Checked.refused(missing(ANCHOR));
    }
    if (seconds == null) {
      return Checked.refused(missing(SECONDS));
    }
    if (!anchor.equals(CREATED_AT)) {
      return Checked.refused(invalid(ANCHOR, anchor, "It must be created_at."));
    }
    return seconds(seconds);
  }

  private static Checked<Optional<Duration>> seconds(String text) {
    try {
      long value = Long.parseLong(text);
      if (value >= SECONDS_MIN && value <= SECONDS_MAX) {
        return Checked.ok(Optional.of(Duration.ofSeconds(value)));
      }
    } catch (NumberFormatException e) {
      // Answered below, as for a number out of range.
    }
    return Checked.refused(
        invalid(
            SECONDS,
            text,
            "It must be an integer from " + SECONDS_MIN + " to " + SECONDS_MAX + "."));
  }

  private static Optional<Duration> retention(String purpose, FilesConfig config) {
    return purpose.equals(BATCH) ? Optional.of(config.batchFileRetention()) : Optional.empty();
  }

  /** Whether this file may have this purpose. */
  public Checked<FileForm> accepts(String filename, long bytes, FilesConfig config) {
    boolean isBatch = purpose.equals(BATCH);
    if (isBatch && !filename.toLowerCase(Locale.ROOT).endsWith(".jsonl")) {
      return Checked.refused(
          new ApiError(
              ApiError.Kind.INVALID_REQUEST,
              "Invalid file format for Batch API. Must be .jsonl",
              "file"));
    }
    long bytesMax = isBatch ? config.batchFileBytesMax() : config.bytesMax();
    return bytes <= bytesMax ? Checked.ok(this) : Checked.refused(tooLarge(bytesMax));
  }

  public Optional<Instant> expiresAt(Instant createdAt) {
    return Optional.ofNullable(expiresAfter).map(createdAt::plus);
  }

  /** The name alone, without the folders and signs that some clients send along. */
  public static String filename(String given) {
    var name = given.substring(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1);
    var clean = new StringBuilder();
    name.codePoints()
        .filter(c -> !Character.isISOControl(c))
        .limit(FILENAME_LENGTH_MAX)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  public static ApiError missing(String field) {
    return new ApiError(
        ApiError.Kind.MISSING_PARAMETER, "Missing required parameter: '" + field + "'.", field);
  }

  public static ApiError tooLarge(long bytesMax) {
    return new ApiError(
        ApiError.Kind.BODY_TOO_LARGE,
        "The file is larger than the limit of " + bytesMax + " bytes.",
        "file");
  }

  private static ApiError invalid(String field, String value, String problem) {
    return new ApiError(
        ApiError.Kind.INVALID_VALUE,
        "Invalid value for '%s': '%s'. %s".formatted(field, ApiError.shown(value), problem),
        field);
  }
}

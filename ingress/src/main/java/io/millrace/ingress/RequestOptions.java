package io.millrace.ingress;

import io.millrace.ingress.ApiError.Kind;
import io.millrace.schemas.Lane;
import io.millrace.schemas.OnDoubt;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client may say of a request beside OpenAI's fields: headers of a call, fields of a batch
 * line.
 *
 * @param lane absent means what suits the way the call is answered
 */
public record RequestOptions(
    @Nullable Lane lane,
    @Nullable Instant deadline,
    @Nullable Instant notBefore,
    @Nullable String callbackUrl,
    @Nullable String responseTopic,
    OnDoubt onDoubt,
    Map<String, String> tags) {

  private static final Duration AHEAD_MAX = Duration.ofDays(366);
  private static final int URL_LENGTH_MAX = 2048;
  private static final int TAGS_MAX = 16;
  private static final Pattern TAG_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final int TAG_VALUE_MAX = 256;

  /** The options, with the name of their header. */
  public enum Option {
    LANE("Millrace-Lane"),
    DEADLINE("Millrace-Deadline"),
    NOT_BEFORE("Millrace-Not-Before"),
    CALLBACK("Millrace-Callback"),
    RESPONSE_TOPIC("Millrace-Response-Topic"),
    ON_DOUBT("Millrace-On-Doubt"),
    TAGS("Millrace-Tags");

    private final String header;
    private final String field;

    Option(String header) {
      this.header = header;
      this.field = name().toLowerCase(Locale.ROOT);
    }

    public String header() {
      return header;
    }

    /** Name of the field of a batch line. */
    public String field() {
      return field;
    }
  }

  /** Where the text of an option comes from. */
  @FunctionalInterface
  public interface Source {
    @Nullable String get(Option option);
  }

  /**
   * What is allowed.
   *
   * @param now durations count from here
   * @param allowHttpCallbacks true lets callbacks use http
   * @param isOwnTopic says which response topics are the account's own
   */
  public record Rules(
      Instant now, boolean allowHttpCallbacks, java.util.function.Predicate<String> isOwnTopic) {}

  public RequestOptions {
    tags = Map.copyOf(tags);
  }

  /** Reads the options; the first bad one is named with its value. */
  public static Checked<RequestOptions> parse(Source source, Rules rules) {
    try {
      return Checked.ok(
          new RequestOptions(
              lane(source).orElse(null),
              instant(source, Option.DEADLINE, rules.now()).orElse(null),
              instant(source, Option.NOT_BEFORE, rules.now()).orElse(null),
              callback(source, rules.allowHttpCallbacks()).orElse(null),
              responseTopic(source, rules.isOwnTopic()).orElse(null),
              onDoubt(source),
              tags(source)));
    } catch (BadOption e) {
      return Checked.refused(badHeader(e.option.header, e.value, e.problem));
    }
  }

  static ApiError badHeader(String header, String value, String problem) {
    return new ApiError(
        Kind.INVALID_VALUE,
        "Invalid value for header '%s': '%s'. %s."
            .formatted(header, ApiError.shown(value), problem),
        header);
  }

  private static Optional<String> value(Source source, Option option) {
    return Optional.ofNullable(source.get(option)).map(String::strip);
  }

  private static Optional<Lane> lane(Source source) throws BadOption {
    var value = value(source, Option.LANE);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        switch (value.get()) {
          case "interactive" -> Lane.INTERACTIVE;
          case "standard" -> Lane.STANDARD;
          case "bulk" -> Lane.BULK;
          default ->
              throw new BadOption(
                  Option.LANE, value.get(), "It must be interactive, standard or bulk");
        });
  }

  private static OnDoubt onDoubt(Source source) throws BadOption {
    var value = value(source, Option.ON_DOUBT).orElse("repeat");
    return switch (value) {
      case "repeat" -> OnDoubt.REPEAT;
      case "fail" -> OnDoubt.FAIL;
      default -> throw new BadOption(Option.ON_DOUBT, value, "It must be repeat or fail");
    };
  }

  private static Optional<Instant> instant(Source source, Option option, Instant now)
      throws BadOption {
    var value = value(source, option);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      var text = value.get();
      boolean isDuration = text.startsWith("P") || text.startsWith("p");
      var parsed =
          isDuration ? now.plus(positive(text, option)) : OffsetDateTime.parse(text).toInstant();
      if (parsed.isAfter(now.plus(AHEAD_MAX))) {
        throw new BadOption(option, text, "It must be at most 366 days ahead");
      }
      return Optional.of(parsed);
    } catch (DateTimeException | ArithmeticException e) {
      throw new BadOption(
          option, value.get(), "It must be an instant or an ISO 8601 duration such as PT10M");
    }
  }

  private static Duration positive(String text, Option option) throws BadOption {
    var duration = Duration.parse(text);
    if (!duration.isPositive()) {
      throw new BadOption(option, text, "A duration must be positive");
    }
    return duration;
  }

  private static Optional<String> callback(Source source, boolean allowHttp) throws BadOption {
    var value = value(source, Option.CALLBACK);
    if (value.isEmpty()) {
      return value;
    }
    var text = value.get();
    if (text.length() > URL_LENGTH_MAX) {
      throw new BadOption(Option.CALLBACK, text, "It must be at most 2048 characters long");
    }
    try {
      var url = new URI(text);
      var scheme = Optional.ofNullable(url.getScheme()).orElse("").toLowerCase(Locale.ROOT);
      if (url.getHost() == null || url.getRawUserInfo() != null || url.getRawFragment() != null) {
        throw new BadOption(
            Option.CALLBACK, text, "It must be a URL with a host, without user and fragment");
      }
      if (!scheme.equals("https") && !(allowHttp && scheme.equals("http"))) {
        throw new BadOption(Option.CALLBACK, text, "It must begin with https://");
      }
      return value;
    } catch (URISyntaxException e) {
      throw new BadOption(Option.CALLBACK, text, "It must be a URL");
    }
  }

  private static Optional<String> responseTopic(
      Source source, java.util.function.Predicate<String> isOwnTopic) throws BadOption {
    var value = value(source, Option.RESPONSE_TOPIC);
    if (value.isPresent() && !isOwnTopic.test(value.get())) {
      throw new BadOption(
          Option.RESPONSE_TOPIC, value.get(), "It must be an existing topic of the account's own");
    }
    return value;
  }

  private static Map<String, String> tags(Source source) throws BadOption {
    var value = value(source, Option.TAGS);
    if (value.isEmpty() || value.get().isEmpty()) {
      return Map.of();
    }
    var tags = new LinkedHashMap<String, String>();
    for (var tag : value.get().split(",")) {
      var pair = tag.split("=", 2);
      var name = pair[0].strip();
      if (pair.length != 2 || !TAG_NAME.matcher(name).matches()) {
        throw new BadOption(
            Option.TAGS, value.get(), "It must read name=value, name=value with plain names");
      }
      if (pair[1].strip().length() > TAG_VALUE_MAX) {
        throw new BadOption(Option.TAGS, value.get(), "A value has at most 256 characters");
      }
      tags.put(name, pair[1].strip());
    }
    if (tags.size() > TAGS_MAX) {
      throw new BadOption(Option.TAGS, value.get(), "There may be at most 16");
    }
    return tags;
  }

  /** Carries the first bad option out of the parsing; never leaves this class. */
  private static final class BadOption extends Exception {
    final transient Option option;
    final String value;
    final String problem;

    BadOption(Option option, String value, String problem) {
      super(problem, null, false, false);
      this.option = option;
      this.value = value;
      this.problem = problem;
    }
  }
}

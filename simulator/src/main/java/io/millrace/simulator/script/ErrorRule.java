package io.millrace.simulator.script;

import static io.millrace.simulator.script.ScriptException.require;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An error that some calls are answered with.
 *
 * @param status HTTP status, 400 to 599
 * @param probability share of calls, 0 to 1
 * @param firstCalls only the first so many calls with one and the same body; 0 means any call
 * @param text type, code and message of the body
 * @param headers sent along, for example {@code retry-after}
 */
public record ErrorRule(
    int status, double probability, int firstCalls, Text text, Map<String, String> headers) {
  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]*");
  private static final Set<String> HEADERS_OWNED =
      Set.of("content-length", "content-type", "transfer-encoding", "connection");

  /** What the body says; an empty part takes what the wire form usually says for the status. */
  public record Text(String type, String code, String message) {
    public static final Text USUAL = new Text("", "", "");
  }

  public ErrorRule {
    require(status >= 400 && status <= 599, "status", "must be from 400 to 599", status);
    require(
        probability >= 0 && probability <= 1, "probability", "must be from 0 to 1", probability);
    require(firstCalls >= 0, "firstCalls", "must be at least 0", firstCalls);
    headers.forEach(ErrorRule::requireHeader);
    headers = Map.copyOf(headers);
  }

  /** Answers every call with this status. */
  public static ErrorRule always(int status) {
    return new ErrorRule(status, 1, 0, Text.USUAL, Map.of());
  }

  public ErrorRule withProbability(double probability) {
    return new ErrorRule(status, probability, firstCalls, text, headers);
  }

  public ErrorRule withFirstCalls(int firstCalls) {
    return new ErrorRule(status, probability, firstCalls, text, headers);
  }

  public ErrorRule withText(Text text) {
    return new ErrorRule(status, probability, firstCalls, text, headers);
  }

  public ErrorRule withHeader(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new ErrorRule(status, probability, firstCalls, text, more);
  }

  private static void requireHeader(String name, String value) {
    boolean isNameRight =
        HEADER_NAME.matcher(name).matches()
            && !HEADERS_OWNED.contains(name.toLowerCase(Locale.ROOT));
    require(isNameRight, "headers", "must not have a header of this name", name);
    require(
        HEADER_VALUE.matcher(value).matches(), "headers." + name, "must be printable ASCII", value);
  }
}

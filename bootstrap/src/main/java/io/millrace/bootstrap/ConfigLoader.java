package io.millrace.bootstrap;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a YAML file into a tree of records, strictly: an unknown or repeated key, a wrong type and
 * a refused value each end in a {@link ConfigException} that names key and line. {@code ${NAME}} in
 * a text value stands for an environment variable.
 */
public final class ConfigLoader {

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

  private final Map<String, String> environment;
  private final YAMLMapper mapper;

  /**
   * @param environment what {@code ${NAME}} is looked up in
   */
  public ConfigLoader(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    this.mapper =
        YAMLMapper.builder(
                YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .addModule(new JavaTimeModule())
            .addModule(new ParameterNamesModule())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
  }

  /** The file's content as a value of the type. */
  public <T> T read(Path file, Class<T> type) {
    try {
      return parse(Files.readString(file), file.toString(), type);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": no such file");
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage());
    }
  }

  /**
   * The text as a value of the type; an empty text is an empty mapping.
   *
   * @param source what messages call the text, such as its file name
   */
  public <T> T parse(String text, String source, Class<T> type) {
    ObjectReader reader = mapper.readerFor(type);
    var lines = new HashMap<String, Integer>();
    try (var parser = new Reading(mapper.createParser(text.isBlank() ? "{}" : text), lines)) {
      return reader.readValue(parser);
    } catch (JsonProcessingException e) {
      throw new ConfigException(source + line(e, lines) + ": " + problem(e));
    } catch (IOException e) {
      throw new ConfigException(source + ": " + e.getMessage());
    }
  }

  /** A JSON mapper that writes and reads the same types, for files that programs keep. */
  public static JsonMapper json() {
    return JsonMapper.builder()
        .addModule(new JavaTimeModule())
        .addModule(new ParameterNamesModule())
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .build();
  }

  /** Of the key at fault; the exception's own location is where the parser has read to. */
  private static String line(JsonProcessingException e, Map<String, Integer> lines) {
    var ofKey =
        e instanceof JsonMappingException mapping
            ? Optional.ofNullable(lines.get(pointer(mapping)))
            : Optional.<Integer>empty();
    return ofKey
        .or(() -> Optional.ofNullable(e.getLocation()).map(JsonLocation::getLineNr))
        .filter(line -> line > 0)
        .map(line -> ":" + line)
        .orElse("");
  }

  private static String pointer(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            part -> part.getFieldName() == null ? "/" + part.getIndex() : "/" + part.getFieldName())
        .collect(Collectors.joining());
  }

  private static String problem(JsonProcessingException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown -> "unknown key " + path(unknown);
      case MismatchedInputException mismatch ->
          path(mismatch) + " " + firstLine(mismatch.getOriginalMessage());
      case JsonMappingException mapping -> {
        var cause = rootCause(mapping);
        var words =
            cause instanceof JsonProcessingException inner
                ? inner.getOriginalMessage()
                : String.valueOf(cause.getMessage());
        yield path(mapping).isEmpty()
            ? firstLine(words)
            : "in " + path(mapping) + ": " + firstLine(words);
      }
      default -> firstLine(e.getOriginalMessage());
    };
  }

  private static Throwable rootCause(Throwable e) {
    var cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            part ->
                part.getFieldName() == null
                    ? "[" + part.getIndex() + "]"
                    : "." + part.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }

  /** Puts in environment variables, and notes on which line each key stands. */
  private final class Reading extends JsonParserDelegate {

    private final Map<String, Integer> lines;

    Reading(JsonParser parser, Map<String, Integer> lines) {
      super(parser);
      this.lines = lines;
    }

    @Override
    public @Nullable JsonToken nextToken() throws IOException {
      var token = super.nextToken();
      if (token == JsonToken.FIELD_NAME || (token != null && isInArray(token))) {
        lines.putIfAbsent(
            getParsingContext().pathAsPointer().toString(), currentTokenLocation().getLineNr());
      }
      return token;
    }

    private boolean isInArray(JsonToken token) {
      return token.isScalarValue() && getParsingContext().inArray();
    }

    @Override
    public String getText() throws IOException {
      return resolved(super.getText());
    }

    @Override
    public String getValueAsString() throws IOException {
      return resolved(super.getValueAsString());
    }

    @Override
    public @Nullable String getValueAsString(@Nullable String otherwise) throws IOException {
      var text = super.getValueAsString(otherwise);
      return text == null ? null : resolved(text);
    }

    private String resolved(String text) throws IOException {
      if (text == null || !text.contains("${")) {
        return text;
      }
      var matcher = VARIABLE.matcher(text);
      var result = new StringBuilder();
      while (matcher.find()) {
        var value = environment.get(matcher.group(1));
        if (value == null) {
          throw new JsonMappingException(
              this, "environment variable " + matcher.group(1) + " is not set");
        }
        matcher.appendReplacement(result, Matcher.quoteReplacement(value));
      }
      return matcher.appendTail(result).toString();
    }
  }
}

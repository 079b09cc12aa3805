package io.millrace.simulator.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.simulator.script.Behaviour;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The words of an answer as they stand inside a JSON string, one word per output token. Every
 * invented answer is a prefix of one long text made once, so answering copies bytes and builds no
 * string.
 */
public final class AnswerText {
  private static final String[] VOCABULARY = {
    "the", "water", "turns", "a", "wheel", "and", "every", "grain", "that", "enters", "comes",
    "out", "as", "flour", "while", "stones", "grind", "at", "their", "own", "pace", "below",
    "one", "gate", "which", "opens", "only", "so", "far", "when", "river", "runs", "high",
  };
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final AnswerText LONGEST = invented();

  private final byte[] json;
  private final int[] ends;
  private final int words;

  private AnswerText(byte[] json, int[] ends, int words) {
    this.json = json;
    this.ends = ends;
    this.words = words;
  }

  /** So many words. */
  static AnswerText ofWords(int words) {
    return new AnswerText(LONGEST.json, LONGEST.ends, Math.min(words, LONGEST.words));
  }

  /** The given text, of which a blank one becomes the word "empty". */
  static AnswerText of(String text) {
    // Half a surrogate pair can be written in JSON but not in UTF-8.
    String valid = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    return valid.isBlank() ? quoted("empty") : quoted(valid);
  }

  public int words() {
    return words;
  }

  /** The first words only. */
  AnswerText limitedTo(int wordsMax) {
    return wordsMax >= words ? this : new AnswerText(json, ends, wordsMax);
  }

  /** The sequence that occurs first, or an empty one. */
  String firstOf(List<String> sequences) {
    String first = "";
    int firstAt = end(words);
    for (String sequence : sequences) {
      int at = indexOf(sequence);
      if (at >= 0 && at < firstAt) {
        first = sequence;
        firstAt = at;
      }
    }
    return first;
  }

  /** What comes before a sequence that occurs. */
  AnswerText before(String sequence) {
    int length = indexOf(sequence);
    int whole = 0;
    while (end(whole + 1) <= length) {
      whole++;
    }
    if (end(whole) == length) {
      return limitedTo(whole);
    }
    int[] shorter = Arrays.copyOf(ends, whole + 1);
    shorter[whole] = length;
    return new AnswerText(json, shorter, whole + 1);
  }

  private int indexOf(String sequence) {
    if (sequence.isEmpty()) {
      return -1;
    }
    byte[] wanted = JsonStringEncoder.getInstance().quoteAsUTF8(sequence);
    int last = end(words) - wanted.length;
    for (int at = 0; at <= last; at++) {
      if (Arrays.equals(json, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }

  /** Bytes of which the text is a prefix; {@link #end} says how long. */
  public byte[] json() {
    return json;
  }

  /** How many bytes the first words take. */
  public int end(int firstWords) {
    return firstWords == 0 ? 0 : ends[firstWords - 1];
  }

  /** One word, with the white space that goes with it, as it stands outside JSON. */
  public String word(int word) {
    int start = end(word);
    String quoted = new String(json, start, end(word + 1) - start, StandardCharsets.UTF_8);
    try {
      return MAPPER.readValue('"' + quoted + '"', String.class);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a word was not a JSON string", impossible);
    }
  }

  private static AnswerText quoted(String text) {
    JsonStringEncoder encoder = JsonStringEncoder.getInstance();
    var json = new ByteArrayOutputStream(text.length() + 16);
    int[] ends = new int[16];
    int words = 0;
    int lastWordEnd = text.stripTrailing().length();
    for (int from = 0; from < text.length() && words < Behaviour.OUTPUT_TOKENS_MAX; ) {
      int wordEnd = endOfWord(text, from);
      // White space goes with the word after it; at the end of the text, with the last one.
      int to = wordEnd == lastWordEnd ? text.length() : wordEnd;
      json.writeBytes(encoder.quoteAsUTF8(text.substring(from, to)));
      if (words == ends.length) {
        ends = Arrays.copyOf(ends, words * 2);
      }
      ends[words++] = json.size();
      from = to;
    }
    return new AnswerText(json.toByteArray(), ends, words);
  }

  private static int endOfWord(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static AnswerText invented() {
    int words = Behaviour.OUTPUT_TOKENS_MAX;
    var text = new StringBuilder(words * 6);
    int[] ends = new int[words];
    for (int i = 0; i < words; i++) {
      text.append(i == 0 ? "" : " ").append(VOCABULARY[i % VOCABULARY.length]);
      ends[i] = text.length();
    }
    return new AnswerText(text.toString().getBytes(StandardCharsets.US_ASCII), ends, words);
  }
}

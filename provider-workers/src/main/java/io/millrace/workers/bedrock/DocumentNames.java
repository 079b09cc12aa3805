package io.millrace.workers.bedrock;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names of documents as Bedrock takes them: letters, digits, single spaces, hyphens, parentheses
 * and square brackets, and each only once in a request.
 */
final class DocumentNames {

  private static final int CHARS_MAX = 180;
  private static final Pattern EXTENSION = Pattern.compile("\\.[A-Za-z0-9]{1,5}$");
  private static final Pattern FORBIDDEN = Pattern.compile("[^A-Za-z0-9\\-()\\[\\]]+");

  private final Set<String> given = new HashSet<>();

  /** A name for the file that the client calls so. */
  String next(String fileName) {
    var stem = EXTENSION.matcher(fileName).replaceFirst("");
    var clean = FORBIDDEN.matcher(stem).replaceAll(" ").strip();
    var name =
        clean.isEmpty() ? "document" : clean.substring(0, Math.min(clean.length(), CHARS_MAX));
    var unique = name;
    for (int i = 2; !given.add(unique); i++) {
      unique = name + " (" + i + ")";
    }
    return unique;
  }
}

package io.millrace.bootstrap.blobs;

import io.millrace.bootstrap.ConfigException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where blobs are in S3: {@code s3://BUCKET/PREFIX?endpoint=URL&region=NAME&pathStyle=true}.
 *
 * @param prefix in front of every name, empty or with a slash at its end
 */
record S3Location(
    String bucket,
    String prefix,
    Optional<URI> endpoint,
    Optional<String> region,
    boolean isPathStyle) {

  static final String SCHEME = "s3:";
  private static final Set<String> OPTIONS = Set.of("endpoint", "region", "pathStyle");

  static S3Location parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (java.net.URISyntaxException e) {
      throw bad("is no URI", text);
    }
    var bucket = uri.getHost() == null ? uri.getAuthority() : uri.getHost();
    if (bucket == null || bucket.isEmpty()) {
      throw bad("names no bucket", text);
    }
    var options = options(Optional.ofNullable(uri.getRawQuery()).orElse(""), text);
    return new S3Location(
        bucket,
        prefix(Optional.ofNullable(uri.getPath()).orElse(""), text),
        Optional.ofNullable(options.get("endpoint")).map(given -> endpoint(given, text)),
        Optional.ofNullable(options.get("region")),
        Boolean.parseBoolean(options.getOrDefault("pathStyle", "false")));
  }

  private static String prefix(String path, String text) {
    var prefix = path.replaceAll("^/+|/+$", "");
    if (prefix.isEmpty()) {
      return "";
    }
    try {
      return BlobNames.checked(prefix) + "/";
    } catch (IllegalArgumentException e) {
      throw bad("has a prefix of other than letters, digits, - _ . and slashes", text);
    }
  }

  private static Map<String, String> options(String query, String text) {
    var options = new HashMap<String, String>();
    for (var pair : query.split("&")) {
      if (pair.isEmpty()) {
        continue;
      }
      int at = pair.indexOf('=');
      var name = at < 0 ? pair : pair.substring(0, at);
      if (at < 0 || !OPTIONS.contains(name)) {
        throw bad("has an option other than endpoint=, region= and pathStyle=", text);
      }
      options.put(name, URLDecoder.decode(pair.substring(at + 1), StandardCharsets.UTF_8));
    }
    return options;
  }

  private static URI endpoint(String given, String text) {
    try {
      var endpoint = new URI(given);
      if (endpoint.getHost() != null
          && ("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))) {
        return endpoint;
      }
    } catch (java.net.URISyntaxException e) {
      // Refused below, as what is no URL of a server.
    }
    throw bad("has an endpoint that is no http or https URL", text);
  }

  private static ConfigException bad(String problem, String text) {
    return new ConfigException("blobStore " + problem + ": " + text);
  }
}

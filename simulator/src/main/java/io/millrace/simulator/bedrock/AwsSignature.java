package io.millrace.simulator.bedrock;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An AWS Signature Version 4 as it stands in an Authorization header, and what it should have been.
 * Written from AWS's description and not with its library, so that one checks the other.
 */
record AwsSignature(
    String accessKeyId, String scope, List<String> signedHeaders, String signature) {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final Pattern FORM =
      Pattern.compile(
          ALGORITHM
              + " Credential=([^/,\\s]+)/(\\d{8}/[a-z0-9-]+/[a-z0-9-]+/aws4_request), ?"
              + "SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})");

  /**
   * What was signed.
   *
   * @param path as on the wire
   * @param query as on the wire; empty when there is none
   * @param header finds a header's value, empty when there is none
   */
  record Signed(
      String method, String path, String query, Function<String, String> header, Buffer body) {}

  static boolean isUsed(String authorization) {
    return authorization.startsWith(ALGORITHM);
  }

  /** Empty when the header is not well-formed, or leaves out what must be signed. */
  static Optional<AwsSignature> parse(String authorization) {
    Matcher form = FORM.matcher(authorization);
    if (!form.matches()) {
      return Optional.empty();
    }
    List<String> headers = List.of(form.group(3).split(";"));
    boolean isComplete =
        headers.contains("host")
            && headers.contains("x-amz-date")
            && headers.equals(headers.stream().sorted().toList());
    return isComplete
        ? Optional.of(new AwsSignature(form.group(1), form.group(2), headers, form.group(4)))
        : Optional.empty();
  }

  String service() {
    return scope.split("/")[2];
  }

  boolean isOf(String secret, Signed request) {
    String time = request.header().apply("x-amz-date");
    String bodyHash = HexFormat.of().formatHex(sha256(request.body().getBytes()));
    String claimedHash = request.header().apply("x-amz-content-sha256");
    boolean isBodyRight = claimedHash.isEmpty() || claimedHash.equals(bodyHash);
    String toSign =
        ALGORITHM
            + "\n"
            + time
            + "\n"
            + scope
            + "\n"
            + HexFormat.of().formatHex(sha256(utf8(canonical(request, bodyHash))));
    byte[] key = utf8("AWS4" + secret);
    for (String part : scope.split("/")) {
      key = hmac(key, part);
    }
    return isBodyRight
        && time.startsWith(scope.substring(0, 8))
        && HexFormat.of().formatHex(hmac(key, toSign)).equals(signature);
  }

  private String canonical(Signed request, String bodyHash) {
    var text = new StringBuilder();
    text.append(request.method()).append('\n');
    text.append(encodedAgain(request.path())).append('\n');
    text.append(canonicalQuery(request.query())).append('\n');
    for (String name : signedHeaders) {
      String value = request.header().apply(name).strip().replaceAll(" +", " ");
      text.append(name).append(':').append(value).append('\n');
    }
    text.append('\n').append(String.join(";", signedHeaders)).append('\n').append(bodyHash);
    return text.toString();
  }

  /** Services but S3 sign a path whose segments are encoded once more than on the wire. */
  private static String encodedAgain(String path) {
    var encoded = new StringBuilder();
    for (byte b : utf8(path)) {
      char c = (char) (b & 0xff);
      boolean isKept = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~/".indexOf(c) >= 0);
      encoded.append(isKept ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return encoded.toString();
  }

  private static String canonicalQuery(String query) {
    if (query.isEmpty()) {
      return "";
    }
    var sorted = new TreeMap<String, String>();
    Arrays.stream(query.split("&"))
        .forEach(pair -> sorted.put(pair.contains("=") ? pair : pair + "=", ""));
    return sorted.keySet().stream().collect(Collectors.joining("&"));
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(utf8(text));
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every JDK has HmacSHA256", missing);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every JDK has SHA-256", missing);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

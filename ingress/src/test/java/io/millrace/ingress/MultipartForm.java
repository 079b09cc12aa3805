package io.millrace.ingress;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;

/** A multipart/form-data body, part by part. */
final class MultipartForm {

  static final String CONTENT_TYPE = "multipart/form-data; boundary=millrace-test";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  MultipartForm field(String name, String value) {
    write("--millrace-test\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n");
    write(value + "\r\n");
    return this;
  }

  MultipartForm file(String filename, byte[] bytes) {
    write(
        "--millrace-test\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
            + filename
            + "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
    out.writeBytes(bytes);
    write("\r\n");
    return this;
  }

  byte[] unfinished() {
    return out.toByteArray();
  }

  byte[] bytes() {
    write("--millrace-test--\r\n");
    return out.toByteArray();
  }

  BodyPublisher publisher() {
    return BodyPublishers.ofByteArray(bytes());
  }

  private void write(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}

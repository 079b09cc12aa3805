package io.millrace.ingress;

/** Who calls: the account that a key belongs to, and the key's name. */
public record Client(String account, String keyName) {}

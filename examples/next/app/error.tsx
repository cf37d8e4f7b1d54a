"use client";

export default function ErrorPage() {
  return <p>Something went wrong.</p>;
}

alert("hi");
